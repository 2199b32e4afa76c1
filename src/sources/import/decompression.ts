import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress, type ZstdDecompress } from 'node:zlib';
import { FlowError } from '../../support/error.ts';

/** The bytes as they are, or decompressed where they begin like gzip or zstd; of several members or frames, all. */
export async function* decompressed(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const iterator = chunks[Symbol.asyncIterator]();
  const start = await firstBytes(iterator);
  const all = joined(start, iterator);
  const kind = kindOf(start);
  try {
    if (kind === 'gzip') yield* unzipped(all);
    else if (kind === 'zstd') yield* unframed(all);
    else yield* all;
  } catch (error) {
    if (!kind || error instanceof FlowError) throw error;
    throw new FlowError('input_flawed', `"${name}" is not whole ${kind}: ${(error as Error).message}`, {
      hint: 'make the file again',
      cause: error,
    });
  }
}

function kindOf(start: Buffer): 'gzip' | 'zstd' | undefined {
  if (start.length >= 2 && start.readUInt16BE(0) === GZIP) return 'gzip';
  return start.length >= 4 && start.readUInt32LE(0) === ZSTD ? 'zstd' : undefined;
}

const GZIP = 0x1f8b;
const ZSTD = 0xfd2fb528;

async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let start = Buffer.alloc(0);
  while (start.length < 4) {
    const { done, value } = await chunks.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  return start;
}

/** What was read already, and the rest. */
export async function* joined(start: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* unzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const fed = pipeline(Readable.from(chunks), gunzip);
  // Whoever reads the other end is told.
  fed.catch(() => {});
  yield* gunzip;
  await fed;
}

/** Node stops at the end of the first frame, whatever comes after it (nodejs/node#64741): each gets a stream of its own. */
async function* unframed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let frame: Frame | undefined;
  for await (const chunk of chunks) {
    // Little at a time: a frame may hold a thousand times what it takes.
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      for (let left = chunk.subarray(at, at + PIECE_BYTES); left.length > 0; ) {
        frame ??= new Frame();
        const unused = await frame.push(left);
        yield* frame.take();
        if (unused > 0) frame = undefined;
        left = left.subarray(left.length - unused);
      }
    }
  }
  await frame?.end();
  yield* frame?.take() ?? [];
}

const PIECE_BYTES = 16 * 1024;

class Frame {
  readonly #stream: ZstdDecompress = createZstdDecompress();
  readonly #failure: Promise<never>;
  readonly #out: Buffer[] = [];
  #pushed = 0;

  constructor() {
    this.#failure = once(this.#stream, 'error').then(([error]) => {
      throw error;
    });
    this.#failure.catch(() => {});
    this.#stream.on('readable', () => this.#drain());
  }

  /** Resolves with how many of the bytes come after the end of the frame. */
  async push(bytes: Buffer): Promise<number> {
    this.#pushed += bytes.length;
    await Promise.race([this.#failure, new Promise((resolve) => this.#stream.write(bytes, resolve))]);
    this.#drain();
    return this.#pushed - this.#stream.bytesWritten;
  }

  async end(): Promise<void> {
    const ended = once(this.#stream, 'end');
    this.#stream.end();
    await Promise.race([this.#failure, ended]);
  }

  *take(): Generator<Buffer> {
    yield* this.#out.splice(0);
  }

  #drain(): void {
    for (let bytes = this.#stream.read(); bytes !== null; bytes = this.#stream.read()) this.#out.push(bytes);
  }
}
