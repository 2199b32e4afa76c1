import { createHash } from 'node:crypto';
import type { Change } from '../../contract.ts';

/** Where changes come from. */
export interface Origin {
  /** The container: its name, and the id that another container of that name would not have. */
  readonly source: string;
  readonly rid: string;
  /** Stands for the reading of it, however often that was interrupted. */
  readonly run: string;
}

/**
 * The same whenever the same version of the same document is sent, whatever was in between: retries, crashes, other
 * batches. 43 characters of base64url. Where the source tells nothing of versions, the bytes of the document stand for it,
 * within one run: in another, a document that is as it was once before may be news.
 */
export function changeId({ source, rid, run }: Origin, change: Change): string {
  return digest(JSON.stringify([source, rid, change.key, change.kind, ...versionOf(change, run)]));
}

/** The same for the same changes in the same order. A batch of one has the id of its change. */
export function batchId(ids: readonly string[]): string {
  return ids.length === 1 ? (ids[0] as string) : digest(ids.join('\n'));
}

function versionOf({ version, lsn, operation, document }: Change, run: string): readonly unknown[] {
  if (version !== undefined) return ['version', version];
  if (lsn !== undefined) return ['lsn', lsn, operation];
  return ['run', run, createHash('sha256').update(document).digest('base64')];
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
