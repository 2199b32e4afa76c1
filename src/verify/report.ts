import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from '../support/directory.ts';
import { FlowError } from '../support/error.ts';

/** A file of lines that replaces whatever had its name. */
export interface Report {
  write(line: string): Promise<void>;
  /** Resolves once all of it would survive a loss of power. */
  finish(line: string): Promise<void>;
  close(): Promise<void>;
}

export async function openReport(path: string): Promise<Report> {
  const translated = <Result>(work: () => Promise<Result>): Promise<Result> =>
    work().catch((error: unknown) => {
      throw unwritable(path, error);
    });
  const file = await translated(async (): Promise<FileHandle> => {
    makeDirectory(dirname(path));
    return open(path, 'w');
  });
  const write = (line: string): Promise<void> => translated(async () => void (await file.write(line)));
  return {
    write,
    finish: async (line) => {
      await write(line);
      await translated(() => file.sync());
    },
    close: () => file.close(),
  };
}

function unwritable(path: string, cause: unknown): FlowError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new FlowError('local_io', `cannot write the report "${path}": ${message}`, {
    hint: 'give another file with --report FILE',
    cause,
  });
}
