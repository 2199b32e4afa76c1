import Database from 'better-sqlite3';
import { FlowError } from '../support/error.ts';

/** Runs `work` and turns errors of SQLite and of the file system into errors for the user. */
export function translated<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw translate(file, error);
  }
}

export function damaged(file: string, why: string, cause?: unknown): FlowError {
  return new FlowError('checkpoint_damaged', `the checkpoint "${file}" is damaged: ${why}`, {
    hint: `put a sound copy in its place; or delete it to start over, and everything is done again: rm "${file}" "${file}-wal"`,
    cause,
  });
}

/** Whatever it is, somebody may need it. */
export function notOne(file: string): FlowError {
  return new FlowError('not_a_checkpoint', `"${file}" is not a checkpoint`, {
    hint: 'name another file with --checkpoint; this one stays as it is',
  });
}

function isTaken(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY');
}

function translate(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (isTaken(error)) {
    return new FlowError('in_use', `the checkpoint "${file}" is in use by another process`, {
      hint: 'wait for it or stop it; a job of its own needs a file of its own: --checkpoint FILE',
      cause: error,
    });
  }
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT'))
    return damaged(file, (error as Error).message, error);
  if (error instanceof Database.SqliteError || 'syscall' in (error as object)) {
    return new FlowError('local_io', `cannot keep the checkpoint "${file}": ${(error as Error).message}`, {
      hint: 'check that the directory exists, is yours to write, and has room',
      cause: error,
    });
  }
  return error;
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown })?.code ?? '');
}
