import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Position } from '../contract.ts';
import { FlowError } from '../support/error.ts';
import { assertCheckpoint } from './file.ts';
import type { Job } from './job.ts';
import { type CheckpointOptions, openCheckpoint } from './sqlite.ts';
import { translated } from './trouble.ts';

/**
 * Where a job would go on; none where it would begin. Throws what `openCheckpoint` would throw, but for one that is in
 * use. Looks at a copy: opening the file itself would change it.
 */
export function glanceAt(file: string, job: Job, { restart }: CheckpointOptions): readonly Position[] {
  if (restart || !existsSync(file)) return [];
  translated(file, () => assertCheckpoint(file));
  const directory = mkdtempSync(join(tmpdir(), 'cosmosflow-'));
  const copy = join(directory, 'checkpoint.db');
  try {
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    const checkpoint = openCheckpoint(copy, job, { restart: false });
    try {
      return checkpoint.positions();
    } finally {
      checkpoint.close();
    }
  } catch (error) {
    throw renamed(error, copy, file);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The error as one of the file that was copied. */
function renamed(error: unknown, copy: string, file: string): unknown {
  if (!(error instanceof FlowError)) return error;
  const { code, message, hint, cause } = error;
  return new FlowError(code, message.replaceAll(copy, file), { hint: hint?.replaceAll(copy, file), cause });
}
