import type { Database } from 'better-sqlite3';
import type { Container } from './container.ts';
import type { Range } from './range.ts';

/** Puts ranges in the place of others that cover the same keys, in memory and on disk. */
export function replaceRanges(
  db: Database,
  container: Container,
  gone: readonly Range[],
  born: readonly Range[],
): void {
  const remove = db.prepare('DELETE FROM ranges WHERE container = ? AND id = ?');
  for (const { id } of gone) remove.run(container.number, id);
  insertRanges(db, container.number, born);
  const kept = container.ranges.filter((range) => !gone.includes(range));
  container.ranges = [...kept, ...born].sort((one, other) => (one.min < other.min ? -1 : 1));
}

export function insertRanges(db: Database, container: number, ranges: readonly Range[]): void {
  const insert = db.prepare('INSERT INTO ranges VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const { id, min, max, parents, lsn, bytes } of ranges) {
    insert.run(container, id, min, max, JSON.stringify(parents), lsn, bytes);
  }
}
