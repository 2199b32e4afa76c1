import { expect, test } from 'vitest';
import { parseSize } from '../../src/support/size.ts';

test.each([
  ['16mb', 16 * 1024 * 1024],
  ['1kb', 1024],
  ['1.5KB', 1536],
  ['2GB', 2 * 1024 ** 3],
  ['900b', 900],
  ['900', 900],
  [' 0 ', 0],
])('"%s" is %i bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'mb', '-1kb', '1 kb', '1tb', '1e3', '0x10', 'NaN'])('"%s" is not a size', (text) => {
  expect(() => parseSize(text)).toThrow(
    expect.objectContaining({ code: 'usage', message: `"${text}" is not a size`, hint: expect.stringMatching(/16mb/) }),
  );
});
