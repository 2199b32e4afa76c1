import { readFileSync, writeFileSync } from 'node:fs';
import type { ConvertedFormat } from '../../../src/formats/format.ts';

/** A format that can only be made of all rows: how many there are, then they. */
export const copying: ConvertedFormat = {
  extension: 'copy',
  convert: async (from, to) => {
    const text = readFileSync(from, 'utf8');
    writeFileSync(to, `${text.split('\n').length - 1}\n${text}`, { flag: 'r+' });
  },
};
