import type { Database, Statement } from 'better-sqlite3';

/** The table of one container's documents. */
export interface Documents {
  find(key: string, id: string): Row | undefined;
  idOf(number: number): string | undefined;
  insert(row: NewRow): void;
  update(row: Omit<NewRow, 'key' | 'id' | 'epk'>): void;
  remove(number: number): void;
  /** Documents after a number, in the order they were first written. */
  scan(slice: Slice, after: number): IterableIterator<[number: number, body: Buffer]>;
  /** Documents as they were last written after a commit, oldest commit first. */
  changes(slice: Slice, after: number, since: number): IterableIterator<[lsn: number, body: Buffer]>;
  count(slice: Slice): number;
  /** Moves the documents of a range into the two it splits into; those from `boundary` on go `right`. */
  divide(range: number, boundary: string, left: number, right: number): void;
}

export interface Row {
  readonly number: number;
  readonly etag: string;
  readonly body: Buffer;
}

interface NewRow {
  readonly number: number;
  readonly key: string;
  readonly id: string;
  readonly range: number;
  readonly epk: string;
  readonly lsn: number;
  readonly ts: number;
  readonly etag: string;
  readonly body: Buffer;
}

/** Which documents to read: those that meet all that is given. */
export interface Slice {
  readonly range?: number;
  readonly key?: string;
  /** Effective partition keys from here on. */
  readonly from?: string;
  /** Effective partition keys below this. */
  readonly below?: string;
}

export function createDocuments(db: Database, table: string): void {
  db.exec(`
    CREATE TABLE ${table} (
      number INTEGER PRIMARY KEY, key TEXT NOT NULL, id TEXT NOT NULL, range INTEGER NOT NULL, epk TEXT NOT NULL,
      lsn INTEGER NOT NULL, ts INTEGER NOT NULL, etag TEXT NOT NULL, body BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX ${table}_key ON ${table} (key, id);
    CREATE INDEX ${table}_lsn ON ${table} (range, lsn);
  `);
}

export function openDocuments(db: Database, table: string): Documents {
  const find = db.prepare<[string, string], Row>(`SELECT number, etag, body FROM ${table} WHERE key = ? AND id = ?`);
  const idOf = db.prepare<[number], string>(`SELECT id FROM ${table} WHERE number = ?`).pluck();
  const insert = db.prepare(`INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const update = db.prepare(`UPDATE ${table} SET range = ?, lsn = ?, ts = ?, etag = ?, body = ? WHERE number = ?`);
  const remove = db.prepare(`DELETE FROM ${table} WHERE number = ?`);
  const divide = db.prepare(`UPDATE ${table} SET range = CASE WHEN epk < ? THEN ? ELSE ? END WHERE range = ?`);
  const reads = new Map<string, Statement>();
  const read = (sql: string): Statement => {
    const statement = reads.get(sql) ?? db.prepare(sql);
    reads.set(sql, statement);
    return statement;
  };
  return {
    find: (key, id) => find.get(key, id),
    idOf: (number) => idOf.get(number),
    insert: ({ number, key, id, range, epk, lsn, ts, etag, body }) =>
      void insert.run(number, key, id, range, epk, lsn, ts, etag, body),
    update: ({ number, range, lsn, ts, etag, body }) => void update.run(range, lsn, ts, etag, body, number),
    remove: (number) => void remove.run(number),
    divide: (range, boundary, left, right) => void divide.run(boundary, left, right, range),
    scan: (slice, after) => {
      // The plus sign keeps SQLite from reading by the index of commits and sorting a whole range for every page.
      const sql = `SELECT number, body FROM ${table} WHERE number > ?${where(slice).replace('range', '+range')} ORDER BY number`;
      return read(sql)
        .raw()
        .iterate(after, ...values(slice)) as IterableIterator<[number, Buffer]>;
    },
    changes: (slice, after, since) => {
      const sql = `SELECT lsn, body FROM ${table} WHERE lsn > ? AND ts > ?${where(slice)} ORDER BY lsn`;
      return read(sql)
        .raw()
        .iterate(after, since, ...values(slice)) as IterableIterator<[number, Buffer]>;
    },
    count: (slice) => {
      const sql = `SELECT count(*) FROM ${table} WHERE 1${where(slice)}`;
      return read(sql)
        .pluck()
        .get(...values(slice)) as number;
    },
  };
}

const CONDITIONS: Readonly<Record<keyof Slice, string>> = {
  range: ' AND range = ?',
  key: ' AND key = ?',
  from: ' AND epk >= ?',
  below: ' AND epk < ?',
};
const PARTS = Object.keys(CONDITIONS) as (keyof Slice)[];

function where(slice: Slice): string {
  return PARTS.map((part) => (slice[part] === undefined ? '' : CONDITIONS[part])).join('');
}

function values(slice: Slice): unknown[] {
  return PARTS.map((part) => slice[part]).filter((value) => value !== undefined);
}
