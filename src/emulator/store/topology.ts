import type { Database } from 'better-sqlite3';
import { assert } from '../../support/assert.ts';
import type { Container } from './container.ts';
import type { Range } from './range.ts';

// Documents keep the numbers of their commits when ranges split or merge, and counters go on after all of these. So a
// client goes on in each stretch of keys after the position that it had there, whatever ranges the stretch was part of
// and will be: what it has not seen there has larger numbers, and nothing else has.

/** Replaces a range by two that meet at `boundary`, in memory and on disk. */
export function divideRange(db: Database, container: Container, rangeId: number, boundary: string): void {
  const parent = container.ranges.find(({ id }) => id === rangeId);
  assert(parent !== undefined, 'a range that is split is there');
  const child = { parents: [...parent.parents, String(parent.id)], lsn: parent.lsn + 1 };
  const [leftId, rightId] = [container.nextRange++, container.nextRange++];
  container.documents.divide(rangeId, boundary, leftId, rightId);
  const bytes = container.documents.size(leftId);
  replaceRanges(
    db,
    container,
    [parent],
    [
      { ...child, id: leftId, min: parent.min, max: boundary, bytes },
      { ...child, id: rightId, min: boundary, max: parent.max, bytes: parent.bytes - bytes },
    ],
  );
}

/** Replaces neighbouring ranges by one, in memory and on disk. */
export function joinRanges(db: Database, container: Container, ranges: readonly Range[]): void {
  const [first, last] = [ranges.at(0), ranges.at(-1)];
  assert(first !== undefined && last !== undefined, 'ranges that are merged are there');
  const ids = ranges.map(({ id }) => id);
  const ancestors = new Set([...ranges.flatMap(({ parents }) => parents.map(Number)), ...ids]);
  const child = {
    id: container.nextRange++,
    min: first.min,
    max: last.max,
    // A range is younger than those it descends from.
    parents: [...ancestors].sort((one, other) => one - other).map(String),
    lsn: Math.max(...ranges.map(({ lsn }) => lsn)) + 1,
    bytes: ranges.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  container.documents.join(ids, child.id);
  replaceRanges(db, container, ranges, [child]);
}

function replaceRanges(db: Database, container: Container, gone: readonly Range[], born: readonly Range[]): void {
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
