import { createHash } from 'node:crypto';

/** Where the checkpoint of a job that sends to this receiver is kept when nobody says. */
export function receiverCheckpoint(name: string): string {
  return `.cosmosflow/to-${createHash('sha256').update(name).digest('hex').slice(0, 8)}.db`;
}
