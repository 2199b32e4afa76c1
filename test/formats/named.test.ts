import { expect, test } from 'vitest';
import { FORMATS } from '../../src/formats/named.ts';

test('files of a format are called after it', () => {
  for (const [name, open] of Object.entries(FORMATS)) expect(open().extension).toBe(name);
});
