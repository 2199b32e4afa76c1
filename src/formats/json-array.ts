import type { AppendedFormat } from './format.ts';

const SEPARATOR = Buffer.from(',\n');

/** One array of all documents, each byte for byte, and from a line of its own on. */
export const jsonArrayFormat: AppendedFormat = {
  extension: 'json',
  separatorBytes: SEPARATOR.length,
  header: () => Buffer.from('[\n'),
  trailer: Buffer.from('\n]\n'),
  rows(documents) {
    let end = 0;
    const ends = documents.map(({ length }) => {
      end += SEPARATOR.length + length;
      return end;
    });
    return { bytes: Buffer.concat(documents.flatMap((document) => [SEPARATOR, document])), ends };
  },
};
