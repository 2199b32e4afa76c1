import { describe, expect, test } from 'vitest';
import { assertCopies, write } from '../../src/commands/write-flags.ts';

test.each([
  ['insert-ignore', 'insert-ignore'],
  ['UPSERT', 'upsert'],
  ['ItemOverwrite', 'upsert'],
  ['ItemAppend', 'insert-ignore'],
  ['itemoverwriteifnotmodified', 'upsert-if-match'],
  ['ItemDelete', 'delete'],
  ['ItemDeleteIfNotModified', 'delete-if-match'],
  ['ItemPatch', 'patch'],
])('--write %s is %s', (text, strategy) => {
  expect(write.parse(text)).toBe(strategy);
});

describe('refused with a hint:', () => {
  test('a strategy that there is not', () => {
    expect(() => write.parse('merge')).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('upsert, insert,') }),
    );
  });

  test('a copy that would compare with an _etag of another container', () => {
    expect(() => assertCopies({ write: 'upsert-if-match' })).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringContaining('produce --input') }),
    );
    expect(() => assertCopies({ write: 'insert' })).not.toThrow();
  });
});
