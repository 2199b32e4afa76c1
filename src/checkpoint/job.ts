import { FlowError } from '../support/error.ts';

export interface JobNames {
  /** Where it reads, for people: account and container. */
  readonly source: string;
  readonly target: string;
  readonly mode: string;
}

/** What a checkpoint is for. Two runs are the same job when all of it is equal. */
export interface Job extends JobNames {
  /** Resource ids: a container that is created again has the old name and a new id. */
  readonly sourceRid: string;
  /** Empty where there is no container. */
  readonly targetRid: string;
}

/** Refuses to go on with the checkpoint of another job, or of containers that are no more. */
export function assertSameJob(stored: Job, wanted: Job, file: string): void {
  assertSameNames(stored, wanted, file);
  if (stored.sourceRid !== wanted.sourceRid) throw recreated('source', wanted.source, file);
  if (stored.targetRid === wanted.targetRid) return;
  throw wanted.targetRid === '' ? targetGone(wanted.target, file) : recreated('target', wanted.target, file);
}

/** Refuses to go on with the checkpoint of another job. */
export function assertSameNames(stored: JobNames, wanted: JobNames, file: string): void {
  for (const part of ['source', 'target', 'mode'] as const) {
    if (stored[part] !== wanted[part]) throw otherJob(part, stored[part], wanted[part], file);
  }
}

function otherJob(part: string, stored: string, wanted: string, file: string): FlowError {
  return new FlowError(
    'other_job',
    `"${file}" is the checkpoint of another job: its ${part} is ${stored}, not ${wanted}`,
    {
      hint: 'give this job a file of its own with --checkpoint FILE, or forget the other one with --restart',
    },
  );
}

/** What to say where a job would go on, and what it has filled so far is not there any more. */
export function targetGone(name: string, file: string): FlowError {
  return new FlowError('container_gone', `the target ${name} is gone, and "${file}" says how far it was filled`, {
    hint: 'to make it again and fill it from the start, add --restart',
  });
}

function recreated(part: string, name: string, file: string): FlowError {
  return new FlowError(
    'container_recreated',
    `the ${part} ${name} was created again after the checkpoint "${file}" was made`,
    {
      hint: 'what the checkpoint says is of the former one; start over with --restart',
    },
  );
}
