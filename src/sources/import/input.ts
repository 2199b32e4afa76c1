import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { FlowError } from '../../support/error.ts';
import { decompressed } from './decompression.ts';

/** Bytes to import: of a file, or of what comes in. */
export interface Input {
  /** For people. */
  readonly name: string;
  /** How long it is before it is decompressed, where that is known. */
  readonly bytes: number | undefined;
  /** Equal for equal bytes, and different for others; `undefined` for what can be read only once. */
  readonly digest: string | undefined;
  /** The bytes from an offset on, decompressed if they are gzip or zstd, which their first bytes tell. */
  read(offset: number): AsyncIterable<Buffer>;
}

/** A file, which can be read again. Throws a FlowError when it cannot be read at all. */
export async function fileInput(path: string): Promise<Input> {
  try {
    const { size } = statSync(path);
    const digest = await digestOf(path);
    return { name: path, bytes: size, digest, read: (offset) => from(readFile(path), offset, path) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Standard input, which comes once. */
export function streamInput(stream: Readable): Input {
  return {
    name: 'standard input',
    bytes: undefined,
    digest: undefined,
    read: (offset) => from(stream, offset, 'standard input'),
  };
}

async function* readFile(path: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Skipping costs reading; what is compressed has no other way. */
async function* from(chunks: AsyncIterable<Buffer>, offset: number, name: string): AsyncGenerator<Buffer> {
  let left = offset;
  for await (const chunk of decompressed(chunks, name)) {
    if (left < chunk.length) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES })) hash.update(chunk);
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function unreadable(path: string, error: unknown): FlowError {
  return new FlowError('usage', `cannot read "${path}": ${(error as Error).message}`, {
    hint: 'name a file that exists and is yours to read, or - for standard input',
    cause: error,
  });
}

const CHUNK_BYTES = 256 * 1024;
