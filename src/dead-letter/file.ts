import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from '../support/directory.ts';
import { FlowError } from '../support/error.ts';
import { type Letter, lineOf, mayOpen } from './letter.ts';

/** A file of letters that is written to. */
export interface DeadLetters {
  /** Resolves once the letters would survive a loss of power. After a crash they may come again. */
  add(letters: readonly Letter[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a file for letters, or makes one that only its owner may read. Whatever is in it stays; what is not a file of
 * letters is refused, and so is a symbolic link.
 */
export async function openDeadLetters(file: string): Promise<DeadLetters> {
  return translated(file, async () => {
    makeDirectory(dirname(file));
    const handle = await open(file, FLAGS, 0o600);
    try {
      // What a crash has torn ends here: the next letter is not to be torn with it.
      return lettersIn(file, handle, await assertOurs(file, handle));
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

function lettersIn(file: string, handle: FileHandle, isTornAtFirst: boolean): DeadLetters {
  let isTorn = isTornAtFirst;
  let last: Promise<void> = Promise.resolve();
  const append = async (lines: readonly Buffer[]): Promise<void> => {
    const text = Buffer.concat(isTorn ? [LINE_END, ...lines] : lines);
    isTorn = true;
    await handle.appendFile(text);
    await handle.sync();
    isTorn = false;
  };
  return {
    async add(letters) {
      // The documents may be overwritten while we wait for others.
      const lines = letters.map(lineOf);
      const added = last.then(() => translated(file, () => append(lines)));
      last = added.catch(() => {});
      await added;
    },
    close: () => handle.close(),
  };
}

const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = constants;
const FLAGS = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW;
const LINE_END = Buffer.from('\n');
const OPENING_BYTES = 100;

/** Returns whether the last line lacks its end. */
async function assertOurs(file: string, handle: FileHandle): Promise<boolean> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw notOurs(file, 'is not a regular file');
  if (stats.size === 0) {
    await syncDirectory(dirname(file));
    return false;
  }
  const opening = Buffer.alloc(Math.min(OPENING_BYTES, stats.size));
  await handle.read(opening, 0, opening.length, 0);
  if (!mayOpen(opening)) throw notOurs(file, 'holds something else');
  const end = Buffer.alloc(1);
  await handle.read(end, 0, 1, stats.size - 1);
  return !end.equals(LINE_END);
}

/** A file that is new is only there for good once its directory is. */
async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

function notOurs(file: string, why: string): FlowError {
  return new FlowError('usage', `"${file}" ${why}, and cannot take dead letters`, {
    hint: 'name another file with --dead-letter',
  });
}

async function translated<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const isLink = (error as NodeJS.ErrnoException).code === 'ELOOP';
    throw new FlowError('local_io', `cannot write dead letters to "${file}": ${error.message}`, {
      hint: isLink
        ? 'name the file itself: a symbolic link is not followed'
        : 'nothing was dropped: see that the file can be written and has room, and run the same command again',
      cause: error,
    });
  }
}
