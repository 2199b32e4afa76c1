import type { Input } from './input.ts';
import type { InputRecord, Place } from './records.ts';

/** The lines of NDJSON, without those that are empty. */
export async function* lines(input: Input, from: Place, signal: AbortSignal): AsyncGenerator<InputRecord> {
  let { offset, line } = from;
  let pieces: Buffer[] = [];
  for await (const chunk of input.read(offset, signal)) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const text = whole(pieces, chunk.subarray(start, end));
      pieces = [];
      offset += text.length + 1;
      if (!isBlank(text)) yield { text, end: offset, line, endLine: line + 1 };
      line++;
      start = end + 1;
    }
    if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  const text = whole(pieces, Buffer.alloc(0));
  if (!isBlank(text)) yield { text, end: offset + text.length, line, endLine: line };
}

function whole(pieces: readonly Buffer[], last: Buffer): Buffer {
  return pieces.length === 0 ? last : Buffer.concat([...pieces, last]);
}

function isBlank(text: Buffer): boolean {
  return text.every((byte) => byte === SPACE || byte === TAB || byte === CARRIAGE_RETURN);
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
