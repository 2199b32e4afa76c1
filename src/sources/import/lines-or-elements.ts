import { joined } from './decompression.ts';
import { firstByte, OPEN_ARRAY } from './document.ts';
import { elements } from './elements.ts';
import type { Input } from './input.ts';
import { lines } from './lines.ts';
import type { InputRecord, Place } from './records.ts';

/** NDJSON or one JSON array, as the first byte tells: no document begins with a bracket. */
export async function* linesOrElements(input: Input, from: Place, signal: AbortSignal): AsyncGenerator<InputRecord> {
  const chunks = input.read(0, signal)[Symbol.asyncIterator]();
  const start = await startOf(chunks);
  const split = firstByte(start) === OPEN_ARRAY ? elements : lines;
  // What comes once cannot be read again, and from elsewhere than its beginning it never is.
  const rest = from.offset === 0 ? { ...input, read: () => joined(start, chunks) } : input;
  try {
    yield* split(rest, from, signal);
  } finally {
    await chunks.return?.();
  }
}

/** As much as it takes to have more than space. */
async function startOf(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (firstByte(start) === undefined) {
    const { done, value } = await chunks.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}
