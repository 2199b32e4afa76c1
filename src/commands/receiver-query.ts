import type { Checkpoint } from '../contract.ts';
import { FlowError } from '../support/error.ts';

/**
 * Notes the digest of the query in the URL of the receiver, which its name leaves out. Throws where the checkpoint is of
 * one with another query, unless that one is to go on with this one.
 */
export function keepQuery(checkpoint: Checkpoint, file: string, digest: string, isToGoOn: boolean): void {
  const noted = checkpoint.notes().get(QUERY);
  if (noted === digest) return;
  // Older checkpoints do not tell.
  if (noted !== undefined && !isToGoOn) throw otherQuery(file);
  checkpoint.note(new Map([[QUERY, digest]]));
}

const QUERY = 'receiver query';

function otherQuery(file: string): FlowError {
  return new FlowError('other_job', `"${file}" is the checkpoint of a receiver whose URL has another query`, {
    hint: 'add --resume to go on with this one, as for a new key; another receiver has a file of its own: --checkpoint FILE',
  });
}
