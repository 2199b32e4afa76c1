import type { Change } from '../contract.ts';

/** The same change with a document in memory of its own: its page may be released. */
export function detached(change: Change, document: Uint8Array = Uint8Array.from(change.document)): Change {
  const { key, kind, operation, version, lsn, time, isResult } = change;
  return { key, kind, document, operation, version, lsn, time, isResult };
}
