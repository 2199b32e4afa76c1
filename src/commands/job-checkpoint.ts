import { createHash } from 'node:crypto';
import type { JobNames } from '../checkpoint/job.ts';

/** Where the checkpoint of a job is kept when nobody says: a file for each command, source and target. */
export function jobCheckpoint(command: string, { source, target }: JobEnds): string {
  const trace = createHash('sha256')
    .update(JSON.stringify([source, target]))
    .digest('hex')
    .slice(0, 8);
  return `.cosmosflow/${command}-${trace}.db`;
}

/** What it reads and where it writes, by names that are the same whenever it is the same. */
export type JobEnds = Pick<JobNames, 'source' | 'target'>;

/** The same for a copy, where `given` does not say. */
export function copyCheckpoint(given: string | undefined, names: JobEnds): string {
  return given ?? jobCheckpoint('copy', names);
}

/** Says of a destination that such a file is where the checkpoint is kept. */
export const OF_JOB = Symbol('a file for each job');
