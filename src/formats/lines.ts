import { open } from 'node:fs/promises';

/**
 * Calls `visit` with each line of the file, without its line feed, and waits for it where it asks for that. The text is
 * overwritten later. Memory is bounded by the longest line.
 */
export async function eachLine(file: string, visit: LineVisit): Promise<void> {
  for await (const block of blocks(file)) {
    for (let start = 0; start < block.length; ) {
      const lineFeed = block.indexOf(LINE_FEED, start);
      const end = lineFeed < 0 ? block.length : lineFeed;
      const waiting = visit(block, start, end);
      if (waiting !== undefined) await waiting;
      start = end + 1;
    }
  }
}

type LineVisit = (text: Buffer, start: number, end: number) => Promise<void> | void;

/** Pieces of whole lines. Only the last line of the file may lack its line feed. */
async function* blocks(file: string): AsyncGenerator<Buffer, void, undefined> {
  await using handle = await open(file);
  let memory = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  for (let held = 0; ; ) {
    if (held === memory.length) memory = Buffer.concat([memory], 2 * held);
    const { bytesRead } = await handle.read(memory, held, memory.length - held);
    if (bytesRead === 0) {
      if (held > 0) yield memory.subarray(0, held);
      return;
    }
    const end = memory.subarray(held, held + bytesRead).lastIndexOf(LINE_FEED) + 1;
    const whole = end > 0 ? held + end : 0;
    if (whole > 0) yield memory.subarray(0, whole);
    memory.copyWithin(0, whole, held + bytesRead);
    held += bytesRead - whole;
  }
}

const LINE_FEED = 0x0a;
const BLOCK_BYTES = 1024 * 1024;
