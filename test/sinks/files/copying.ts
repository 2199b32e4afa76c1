import { readFileSync, writeFileSync } from 'node:fs';
import type { ConvertedFormat, Format } from '../../../src/formats/format.ts';
import { ndjsonFormat } from '../../../src/formats/ndjson.ts';

/** A format that can only be made of all rows: how many there are, then they. */
export const copying: ConvertedFormat = {
  extension: 'copy',
  convert: async (from, to) => {
    const text = readFileSync(from, 'utf8');
    writeFileSync(to, `${text.split('\n').length - 1}\n${text}`, { flag: 'r+' });
    return undefined;
  },
};

/** The same, and rows can be added to what was made. */
export const addable: ConvertedFormat = {
  ...copying,
  addingTo: async () => ({ ...ndjsonFormat, decided: () => 'added to' }),
};

/** As a run opens it with what was noted. */
export function addableWith(notes: ReadonlyMap<string, string>): Format {
  return notes.has('format') ? { ...ndjsonFormat, decided: () => 'added to' } : addable;
}
