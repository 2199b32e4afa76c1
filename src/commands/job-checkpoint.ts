import { createHash } from 'node:crypto';

/** Where the checkpoint of a job is kept when nobody says: a file for each command, source and target. */
export function jobCheckpoint(command: string, { source, target }: { source: string; target: string }): string {
  const trace = createHash('sha256')
    .update(JSON.stringify([source, target]))
    .digest('hex')
    .slice(0, 8);
  return `.cosmosflow/${command}-${trace}.db`;
}

/** Says of a destination that such a file is where the checkpoint is kept. */
export const OF_JOB = Symbol('a file for each job');
