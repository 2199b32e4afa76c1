import type { Container } from './store/container.ts';
import type { ExpiredRow } from './store/documents.ts';
import type { Store } from './store/store.ts';

/** Removes so many expired documents at most, each as a commit of its own; returns how many. */
export function purgeExpired(store: Store, container: Container, limit: number): number {
  const rows = container.documents.expired(limit);
  if (rows.length === 0) return 0;
  store.write(() => {
    for (const row of rows) purge(store, container, row);
  });
  return rows.length;
}

function purge(store: Store, container: Container, row: ExpiredRow): void {
  const { key, id, epk, etag } = row;
  const range = container.rangeOf(epk);
  store.touch(container, range);
  const lsn = ++range.lsn;
  container.documents.remove(row, { range: range.id, lsn, ts: store.clock.seconds(), expired: true });
  const { database, name, rid } = container;
  store.record({ database, container: name, rid, range: String(range.id), key, id, etag, lsn, operation: 'ttl' });
}
