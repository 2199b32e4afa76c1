import { createHash } from 'node:crypto';
import { constants, createReadStream, open as openFile, type Stats, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { FlowError } from '../../support/error.ts';
import { decompressed } from './decompression.ts';

/** Bytes to import: of a file, or of what comes in. */
export interface Input {
  /** For people. */
  readonly name: string;
  /** Equal for equal bytes, and different for others; `undefined` for what can be read only once. */
  readonly digest: string | undefined;
  /** Whether it comes while it is read, as through a pipe: nobody knows when. */
  readonly isLive: boolean;
  /**
   * The bytes from an offset on, decompressed if they are gzip or zstd, which their first bytes tell. Fails when told to
   * stop.
   */
  read(offset: number, signal: AbortSignal): AsyncIterable<Buffer>;
}

/**
 * A file, which can be read again; or the pipe, the terminal or the device of that name, which cannot, and is opened when
 * it is read. Throws a FlowError when it cannot be read at all.
 */
export async function fileInput(path: string): Promise<Input> {
  try {
    const stats = statSync(path);
    if (stats.isFIFO() || stats.isCharacterDevice() || stats.isSocket()) return namedStream(path, stats);
    if (!stats.isFile()) throw new Error(stats.isDirectory() ? 'it is a directory' : 'it is neither a file nor a pipe');
    const digest = await digestOf(path);
    const isLive = false;
    return { name: path, digest, isLive, read: (offset, signal) => from(readFile(path, signal), offset, path) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What comes once. */
export function streamInput(stream: Readable, name = 'standard input'): Input {
  return {
    name,
    digest: undefined,
    isLive: true,
    read: (offset, signal) => from(addAbortSignal(signal, stream), offset, name),
  };
}

function namedStream(path: string, stats: Stats): Input {
  const isLive = true;
  return {
    name: path,
    digest: undefined,
    isLive,
    read: (offset, signal) => from(readStream(path, stats, signal), offset, path),
  };
}

async function* readStream(path: string, stats: Stats, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* addAbortSignal(signal, await opened(path, stats));
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Never waits in a thread, of which nobody can call it back, where one may wait for long: opening a pipe for its first
 * writer, which so is waited for when reading, or reading what is typed.
 */
async function opened(path: string, stats: Stats): Promise<Readable> {
  const { O_RDONLY, O_NONBLOCK } = constants;
  const fd = await promisify(openFile)(path, stats.isFIFO() ? O_RDONLY | O_NONBLOCK : O_RDONLY);
  if (stats.isFIFO()) return new Socket({ fd, writable: false });
  return isatty(fd) ? new ReadStream(fd) : createReadStream(path, { fd });
}

async function* readFile(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES, signal });
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
