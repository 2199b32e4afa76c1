import type { AppendedFormat } from './format.ts';

/** One document a line, byte for byte, but for line breaks between its tokens, which become spaces. */
export function ndjson(documents: readonly Uint8Array[]): Buffer {
  const length = documents.reduce((sum, { length }) => sum + length + 1, 0);
  const lines = Buffer.allocUnsafe(length);
  let at = 0;
  for (const document of documents) {
    lines.set(document, at);
    at = endLine(lines, at, document.length);
  }
  return lines;
}

/** The same as a file. */
export const ndjsonFormat: AppendedFormat = {
  extension: 'ndjson',
  separatorBytes: 0,
  header: () => new Uint8Array(0),
  trailer: new Uint8Array(0),
  rows(documents) {
    let end = 0;
    const ends = documents.map(({ length }) => {
      end += length + 1;
      return end;
    });
    return { bytes: ndjson(documents), ends };
  },
};

/** A string has its line breaks escaped, so that those which are left mean nothing. */
function endLine(lines: Buffer, start: number, length: number): number {
  const end = start + length;
  for (const lineBreak of [LINE_FEED, CARRIAGE_RETURN]) {
    for (let at = lines.indexOf(lineBreak, start); at >= 0 && at < end; at = lines.indexOf(lineBreak, at)) {
      lines[at] = SPACE;
    }
  }
  lines[end] = LINE_FEED;
  return end + 1;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
