import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Job } from '../../src/checkpoint/job.ts';
import { openCheckpoint } from '../../src/checkpoint/sqlite.ts';
import { type Checkpoint, EVERYTHING } from '../../src/contract.ts';
import { startOf } from '../support/changes.ts';

export const JOB: Job = {
  source: 'cosmos://one.documents.azure.com/db/items',
  target: 'embedded(:memory:):db/copy',
  mode: 'latest version',
  sourceRid: 'sourceRid=',
  targetRid: 'targetRid=',
};

/** A path in a directory of this test's own, which goes when the test ends. */
export function freshFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cosmosflow-checkpoint-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'jobs', 'copy.checkpoint');
}

/** Runs `work` with the checkpoint open. */
export function withCheckpoint<Result>(
  file: string,
  work: (checkpoint: Checkpoint) => Result,
  { job = JOB, restart = false }: { job?: Job; restart?: boolean } = {},
): Result {
  const checkpoint = openCheckpoint(file, job, { restart });
  try {
    return work(checkpoint);
  } finally {
    checkpoint.close();
  }
}

/** A checkpoint file of `JOB` that has got somewhere. */
export function usedFile(): string {
  const file = freshFile();
  withCheckpoint(file, (checkpoint) => {
    checkpoint.begin([startOf(EVERYTHING)]);
    checkpoint.save(EVERYTHING, 'here' as never);
  });
  return file;
}
