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
  changes(
    slice: Slice & { readonly range: number },
    after: number,
    since: number,
  ): IterableIterator<[lsn: number, body: Buffer]>;
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
    CREATE INDEX ${table}_key_order ON ${table} (key);
    CREATE INDEX ${table}_range_order ON ${table} (range);
    CREATE INDEX ${table}_lsn ON ${table} (range, lsn, key);
  `);
}

/** Nothing is prepared before it is used: a store may have hundreds of tables of which few are read. */
export function openDocuments(db: Database, table: string): Documents {
  const prepared = new Map<string, Statement>();
  const prepare = (sql: string): Statement => {
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  const find = `SELECT number, etag, body FROM ${table} WHERE key = ? AND id = ?`;
  const idOf = `SELECT id FROM ${table} WHERE number = ?`;
  const insert = `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const update = `UPDATE ${table} SET range = ?, lsn = ?, ts = ?, etag = ?, body = ? WHERE number = ?`;
  const remove = `DELETE FROM ${table} WHERE number = ?`;
  const divide = `UPDATE ${table} SET range = CASE WHEN epk < ? THEN ? ELSE ? END WHERE range = ?`;
  return {
    find: (key, id) => prepare(find).get(key, id) as Row | undefined,
    idOf: (number) => prepare(idOf).pluck().get(number) as string | undefined,
    insert: ({ number, key, id, range, epk, lsn, ts, etag, body }) =>
      void prepare(insert).run(number, key, id, range, epk, lsn, ts, etag, body),
    update: ({ number, range, lsn, ts, etag, body }) => void prepare(update).run(range, lsn, ts, etag, body, number),
    remove: (number) => void prepare(remove).run(number),
    divide: (range, boundary, left, right) => void prepare(divide).run(boundary, left, right, range),
    scan: (slice, after) => {
      const sql = `SELECT number, body FROM ${table} WHERE number > ?${where(slice)} ORDER BY number`;
      return prepare(sql)
        .raw()
        .iterate(after, ...values(slice)) as IterableIterator<[number, Buffer]>;
    },
    changes: (slice, after, since) => {
      // The index has the key too, so that the documents of other keys are passed over without being read.
      const sql = `SELECT lsn, body FROM ${table} INDEXED BY ${table}_lsn WHERE lsn > ? AND ts > ?${where(slice)} ORDER BY lsn`;
      return prepare(sql)
        .raw()
        .iterate(after, since, ...values(slice)) as IterableIterator<[number, Buffer]>;
    },
    count: (slice) => {
      const sql = `SELECT count(*) FROM ${table} WHERE 1${where(slice)}`;
      return prepare(sql)
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
