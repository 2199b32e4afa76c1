import { expect, test } from 'vitest';
import { FORMATS, openFormat } from '../../src/formats/named.ts';

test('files of a format are called after it', () => {
  const options = { columns: undefined, isUnsafe: false, decided: undefined, compression: 'none' as const };
  for (const name of Object.keys(FORMATS) as (keyof typeof FORMATS)[]) {
    expect(openFormat(name, options).extension).toBe(name);
  }
});
