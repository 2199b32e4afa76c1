import { createHash } from 'node:crypto';
import type { Change } from '../../contract.ts';

/** The container that changes are of: its name, and the id that another container of that name would not have. */
export interface Origin {
  readonly source: string;
  readonly rid: string;
}

/**
 * The same whenever the same version of the same document is sent, whatever was in between: retries, crashes, other
 * batches. 43 characters of base64url. Where the source tells nothing of versions, the bytes of the document stand for it.
 */
export function changeId({ source, rid }: Origin, change: Change): string {
  return digest(JSON.stringify([source, rid, change.key, change.kind, ...versionOf(change)]));
}

/** The same for the same changes in the same order. A batch of one has the id of its change. */
export function batchId(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] as string) : digest(ids.join('\n'));
}

function versionOf({ version, lsn, operation, document }: Change): readonly unknown[] {
  if (version !== undefined) return ['version', version];
  if (lsn !== undefined) return ['lsn', lsn, operation];
  return ['document', createHash('sha256').update(document).digest('base64')];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
