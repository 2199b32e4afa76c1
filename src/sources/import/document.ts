import { isUtf8 } from 'node:buffer';
import { isSpace } from '../../support/json-bytes.ts';

/** The bytes of the one JSON object in a text, without the space around it. Throws when that is not what is in it. */
export function documentIn(text: Buffer): Buffer {
  const document = trimmed(text);
  // An error of the decoder would speak of encodings; that of the parser quotes what it stumbled over.
  if (!isUtf8(document)) throw new Error('it is not UTF-8');
  const value: unknown = JSON.parse(document.toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is not a JSON object');
  return document;
}

/** The first that is neither space nor a mark of the encoding. */
export function firstByte(text: Buffer): number | undefined {
  return text[startOf(text)];
}

export const OPEN_ARRAY = 0x5b;

function trimmed(text: Buffer): Buffer {
  const start = startOf(text);
  let end = text.length;
  while (end > start && isSpace(text[end - 1])) end--;
  return text.subarray(start, end);
}

function startOf(text: Buffer): number {
  let start = hasMark(text) ? 3 : 0;
  while (start < text.length && isSpace(text[start])) start++;
  return start;
}

/** The byte order mark that some programs write before UTF-8. */
function hasMark(text: Buffer): boolean {
  return text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
}
