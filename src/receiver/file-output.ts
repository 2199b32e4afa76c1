import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FlowError } from '../support/error.ts';
import type { Output } from './output.ts';

/**
 * A file that lines are added to, for the owner alone if it is new. What comes while the disk is busy is written and
 * synced together. A line that a crash has torn, and that was therefore never acknowledged, is cut off first; `onTorn`
 * is told its bytes. Rejects with a FlowError `local_io`, or `configuration` for a file that holds something else.
 */
export async function openFileOutput(file: string, onTorn: (bytes: number) => void): Promise<Output> {
  const handle = await opened(file);
  try {
    // A device has neither an end to be mended nor anything to be synced.
    if (!(await handle.stat()).isFile()) return outputTo(handle, file, undefined);
    const size = await repair(handle, file, onTorn);
    // Else the file of lines that are durable might itself be gone after a loss of power.
    await syncDirectory(dirname(file));
    return outputTo(handle, file, size);
  } catch (error) {
    await handle.close();
    throw toFlowError(error, file);
  }
}

async function opened(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a+', 0o600);
  } catch (error) {
    throw toFlowError(error, file);
  }
}

async function syncDirectory(path: string): Promise<void> {
  // A directory cannot be opened there, and need not be.
  const directory = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EISDIR' && error.code !== 'EPERM') throw error;
  });
  await directory?.sync().finally(() => directory.close());
}

function outputTo(handle: FileHandle, file: string, length: number | undefined): Output {
  let size = length;
  let waiting: Waiting[] = [];
  let failure: FlowError | undefined;
  let flushing: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        if (failure) throw failure;
        const lines = Buffer.concat(group.map(({ lines }) => lines));
        await handle.writeFile(lines);
        if (size !== undefined) {
          await handle.datasync();
          size += lines.length;
        }
        for (const { resolve } of group) resolve();
      } catch (error) {
        // After a sync that failed nobody knows what is on the disk, and asking again would be told that all is well.
        failure ??= toFlowError(error, file);
        for (const { reject } of group) reject(failure);
      }
    }
    flushing = undefined;
  };
  return {
    append: (lines) =>
      new Promise((resolve, reject) => {
        waiting.push({ lines, resolve, reject });
        flushing ??= flush();
      }),
    async close() {
      await flushing;
      // What was not acknowledged comes again.
      if (failure && size !== undefined) await handle.truncate(size).catch(() => {});
      await handle.close();
      if (failure) throw failure;
    },
  };
}

interface Waiting {
  readonly lines: Buffer;
  resolve(): void;
  reject(error: Error): void;
}

/** Makes the file end with a whole line; resolves with its size. */
async function repair(handle: FileHandle, file: string, onTorn: (bytes: number) => void): Promise<number> {
  const { size } = await handle.stat();
  const end = await endOfLines(handle, size);
  if (end === size) return size;
  const rest = Buffer.alloc(size - end);
  await handle.read(rest, 0, rest.length, end);
  if (isObject(rest)) {
    await handle.writeFile('\n');
    await handle.datasync();
    return size + 1;
  }
  if (rest[0] !== OPEN_OBJECT) {
    throw new FlowError('configuration', `"${file}" does not end with a line of JSON`, { hint: 'name another --out' });
  }
  await handle.truncate(end);
  await handle.datasync();
  onTorn(rest.length);
  return end;
}

/** The offset behind the last line feed. */
async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; end -= Math.min(end, block.length)) {
    const start = Math.max(0, end - block.length);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
    if (at >= 0) return start + at + 1;
  }
  return 0;
}

function isObject(text: Buffer): boolean {
  try {
    return typeof JSON.parse(text.toString()) === 'object';
  } catch {
    return false;
  }
}

function toFlowError(error: unknown, file: string): FlowError {
  if (error instanceof FlowError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy = code === 'ENOSPC' ? 'make room on the disk' : 'look at its directory';
  const hint = `${remedy}, or name another --out; what was not acknowledged can be sent again`;
  return new FlowError('local_io', `cannot write to "${file}": ${message}`, { hint, cause: error });
}

const LINE_FEED = 0x0a;
const OPEN_OBJECT = 0x7b;
