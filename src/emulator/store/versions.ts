import type { Database } from 'better-sqlite3';
import { type NewRow, preparer, type Removal, type Slice, values, where } from './documents.ts';

/** Every version and deletion of one container's documents, for as long as its change feed retains them. */
export interface Versions {
  create(): void;
  drop(): void;
  addCreated(row: NewRow): void;
  /** To be called before the document's row is changed: what the version before was is taken from there. */
  addReplaced(row: Pick<NewRow, 'number' | 'range' | 'lsn' | 'ts' | 'body'>): void;
  /** To be called before the document's row is removed. */
  addDeleted(number: number, removal: Removal): void;
  /** What happened after a commit, oldest first. */
  after(slice: Slice & { readonly range: number }, lsn: number): IterableIterator<Version>;
  /** When the first of these happened. */
  firstTime(slice: Slice & { readonly range: number }, lsn: number): number | undefined;
  hasOlder(second: number): boolean;
  /** Removes versions older than a second, so many at most, and tells which. */
  purge(before: number, limit: number): { readonly epk: string; readonly lsn: number }[];
  /** Moves the versions of a range into the two it splits into; those from `boundary` on go `right`. */
  divide(range: number, boundary: string, left: number, right: number): void;
  /** Moves the versions of ranges into the one they merge into. */
  join(ranges: readonly number[], into: number): void;
}

export interface Version {
  readonly operation: 'create' | 'replace' | 'delete';
  readonly key: string;
  readonly id: string;
  readonly lsn: number;
  readonly ts: number;
  /** The commit of the version before; `null` when there was none. */
  readonly previous: number | null;
  /** 1 for what was removed because it had expired. */
  readonly expired: number;
  /** `null` for a deletion. */
  readonly body: Buffer | null;
}

export function openVersions(db: Database, table: string, documents: string): Versions {
  const prepare = preparer(db);
  const addCreated = `INSERT INTO ${table} VALUES (NULL, ?, ?, ?, ?, ?, ?, 'create', NULL, 0, ?)`;
  const addReplaced = `
    INSERT INTO ${table} SELECT NULL, ?, epk, key, id, ?, ?, 'replace', lsn, 0, ? FROM ${documents} WHERE number = ?
  `;
  const addDeleted = `
    INSERT INTO ${table} SELECT NULL, ?, epk, key, id, ?, ?, 'delete', lsn, ?, NULL FROM ${documents} WHERE number = ?
  `;
  const hasOlder = `SELECT EXISTS (SELECT 1 FROM ${table} WHERE ts < ?)`;
  const purge = `
    DELETE FROM ${table} WHERE number IN (SELECT number FROM ${table} WHERE ts < ? ORDER BY ts LIMIT ?)
    RETURNING epk, lsn
  `;
  const join = `UPDATE ${table} SET range = ? WHERE range = ?`;
  const divide = `UPDATE ${table} SET range = CASE WHEN epk < ? THEN ? ELSE ? END WHERE range = ?`;
  return {
    create: () => {
      db.exec(`
        CREATE TABLE ${table} (
          number INTEGER PRIMARY KEY, range INTEGER NOT NULL, epk TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
          lsn INTEGER NOT NULL, ts INTEGER NOT NULL, operation TEXT NOT NULL, previous INTEGER,
          expired INTEGER NOT NULL, body BLOB
        ) STRICT;
        CREATE INDEX ${table}_lsn ON ${table} (range, lsn, number, key);
        CREATE INDEX ${table}_ts ON ${table} (ts);
      `);
    },
    drop: () => void db.exec(`DROP TABLE IF EXISTS ${table}`),
    addCreated: ({ range, epk, key, id, lsn, ts, body }) =>
      void prepare(addCreated).run(range, epk, key, id, lsn, ts, body),
    addReplaced: ({ number, range, lsn, ts, body }) => void prepare(addReplaced).run(range, lsn, ts, body, number),
    addDeleted: (number, { range, lsn, ts, expired }) =>
      void prepare(addDeleted).run(range, lsn, ts, expired ? 1 : 0, number),
    after: (slice, lsn) => {
      // In one commit a document may change more than once: the numbers keep that order.
      const sql = `
        SELECT operation, key, id, lsn, ts, previous, expired, body FROM ${table} INDEXED BY ${table}_lsn
        WHERE lsn > ?${where(slice)} ORDER BY lsn, number
      `;
      return prepare(sql).iterate(lsn, ...values(slice)) as IterableIterator<Version>;
    },
    firstTime: (slice, lsn) => {
      const sql = `
        SELECT ts FROM ${table} INDEXED BY ${table}_lsn WHERE lsn > ?${where(slice)} ORDER BY lsn, number LIMIT 1
      `;
      return prepare(sql)
        .pluck()
        .get(lsn, ...values(slice)) as number | undefined;
    },
    hasOlder: (second) => prepare(hasOlder).pluck().get(second) === 1,
    purge: (before, limit) => prepare(purge).all(before, limit) as { epk: string; lsn: number }[],
    join: (ranges, into) => ranges.forEach((range) => void prepare(join).run(into, range)),
    divide: (range, boundary, left, right) => void prepare(divide).run(boundary, left, right, range),
  };
}
