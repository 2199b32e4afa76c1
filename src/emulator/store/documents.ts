import type { Database, Statement } from 'better-sqlite3';

/** The table of one container's documents. What has expired is there for `findExpired` and `expired` alone. */
export interface Documents {
  find(key: string, id: string): Row | undefined;
  findExpired(key: string, id: string): ExpiredRow | undefined;
  /** So many expired documents, or all there are. */
  expired(limit: number): ExpiredRow[];
  idOf(number: number): string | undefined;
  /** The ids of all documents of a logical partition. */
  idsOf(key: string): string[];
  insert(row: NewRow): void;
  update(row: Omit<NewRow, 'key' | 'id' | 'epk'>, replaced: StoredRow): void;
  remove(row: StoredRow, removal: Removal): void;
  /** Documents after a number, in the order they were first written. */
  scan(slice: Slice, after: number): IterableIterator<[number: number, body: Buffer]>;
  /** Documents as they were last written after a commit, oldest commit first. */
  changes(
    slice: Slice & { readonly range: number },
    after: number,
    since: number,
  ): IterableIterator<[lsn: number, body: Buffer]>;
  count(slice: Slice): number;
  /** The bytes of all documents in a range, those that have expired too. */
  size(range: number): number;
  /** Moves the documents of a range into the two it splits into; those from `boundary` on go `right`. */
  divide(range: number, boundary: string, left: number, right: number): void;
  /** Moves the documents of ranges into the one they merge into. */
  join(ranges: readonly number[], into: number): void;
  /** The effective partition key of the document in the middle of a range, and the first one; none of an empty range. */
  middleEpk(range: number): string | undefined;
  firstEpk(range: number): string | undefined;
  /** The first one after another in a range. */
  nextEpk(range: number, epk: string): string | undefined;
  /** Makes the expired documents quick to find, or no longer. */
  setExpiring(on: boolean): void;
}

export interface StoredRow {
  readonly number: number;
  readonly etag: string;
  /** The length of the body. */
  readonly bytes: number;
}

export interface Row extends StoredRow {
  readonly body: Buffer;
}

export interface ExpiredRow extends StoredRow {
  readonly key: string;
  readonly id: string;
  readonly epk: string;
}

/** The commit that removes a document. */
export interface Removal {
  readonly range: number;
  readonly lsn: number;
  readonly ts: number;
  /** Whether it is removed because it has expired. */
  readonly expired: boolean;
}

export interface NewRow {
  readonly number: number;
  readonly key: string;
  readonly id: string;
  readonly range: number;
  readonly epk: string;
  readonly lsn: number;
  readonly ts: number;
  readonly etag: string;
  /** In seconds after `ts`; -1 is never, `null` what the container says. */
  readonly ttl: number | null;
  readonly body: Buffer;
}

/** By what documents of a container expire. */
export interface Lifetime {
  /** In seconds; -1 is never, for documents without a time to live of their own. Without it none expires at all. */
  readonly defaultTtl: number | undefined;
  /** In seconds. */
  readonly now: number;
}

/** Which documents to read: those that meet all that is given. */
export interface Slice {
  readonly range?: number;
  readonly key?: string;
  /** The effective partition key of the first level of a hierarchical key, or of its first two. */
  readonly level1?: string;
  readonly level2?: string;
  /** Effective partition keys from here on. */
  readonly from?: string;
  /** Effective partition keys below this. */
  readonly below?: string;
}

/** Makes the table for documents whose partition key has so many levels. */
export function createDocuments(db: Database, table: string, levels = 1): void {
  db.exec(`
    CREATE TABLE ${table} (
      number INTEGER PRIMARY KEY, key TEXT NOT NULL, id TEXT NOT NULL, range INTEGER NOT NULL, epk TEXT NOT NULL,
      lsn INTEGER NOT NULL, ts INTEGER NOT NULL, etag TEXT NOT NULL, ttl INTEGER, body BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX ${table}_key ON ${table} (key, id);
    CREATE INDEX ${table}_key_order ON ${table} (key);
    CREATE INDEX ${table}_range_order ON ${table} (range);
    CREATE INDEX ${table}_lsn ON ${table} (range, lsn, key);
  `);
  for (let level = 1; level < levels; level++) {
    db.exec(`CREATE INDEX ${table}_level${level} ON ${table} (substr(epk, 1, ${LEVEL_DIGITS * level}))`);
  }
}

/** Nothing is prepared before it is used: a store may have hundreds of tables of which few are read. */
export function openDocuments(db: Database, table: string, lifetime: () => Lifetime): Documents {
  const prepare = preparer(db);
  const find = `SELECT number, etag, length(body) AS bytes, body FROM ${table} WHERE key = ? AND id = ?`;
  const expired = `SELECT number, etag, length(body) AS bytes, key, id, epk FROM ${table}`;
  const idsOf = `SELECT id FROM ${table} WHERE key = ?`;
  const idOf = `SELECT id FROM ${table} WHERE number = ?`;
  const insert = `INSERT INTO ${table} VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const update = `UPDATE ${table} SET range = ?, lsn = ?, ts = ?, etag = ?, ttl = ?, body = ? WHERE number = ?`;
  const remove = `DELETE FROM ${table} WHERE number = ?`;
  const divide = `UPDATE ${table} SET range = CASE WHEN epk < ? THEN ? ELSE ? END WHERE range = ?`;
  const join = `UPDATE ${table} SET range = ? WHERE range = ?`;
  const firstEpk = `SELECT min(epk) FROM ${table} WHERE range = ?`;
  const nextEpk = `SELECT min(epk) FROM ${table} WHERE range = ? AND epk > ?`;
  const middleEpk = `
    SELECT epk FROM ${table} WHERE range = ? ORDER BY epk
    LIMIT 1 OFFSET (SELECT count(*) / 2 FROM ${table} WHERE range = ?)
  `;
  const size = `SELECT coalesce(sum(length(body)), 0) FROM ${table} WHERE range = ?`;
  return {
    find: (key, id) => {
      const alive = aliveNow(lifetime());
      return prepare(find + alive.condition).get(key, id, ...alive.values) as Row | undefined;
    },
    findExpired: (key, id) => {
      const { defaultTtl, now } = lifetime();
      if (defaultTtl === undefined) return undefined;
      const sql = `${expired} WHERE key = ? AND id = ? AND NOT (${ALIVE})`;
      return prepare(sql).get(key, id, defaultTtl, defaultTtl, now) as ExpiredRow | undefined;
    },
    expired: (limit) => {
      const { defaultTtl, now } = lifetime();
      if (defaultTtl === undefined) return [];
      const own = `${expired} WHERE ttl > 0 AND ts + ttl <= ?`;
      if (defaultTtl < 0) return prepare(`${own} LIMIT ?`).all(now, limit) as ExpiredRow[];
      const inherited = `${expired} WHERE ttl IS NULL AND ts <= ?`;
      return prepare(`${own} UNION ALL ${inherited} LIMIT ?`).all(now, now - defaultTtl, limit) as ExpiredRow[];
    },
    idOf: (number) => prepare(idOf).pluck().get(number) as string | undefined,
    idsOf: (key) => {
      const alive = aliveNow(lifetime());
      return prepare(idsOf + alive.condition)
        .pluck()
        .all(key, ...alive.values) as string[];
    },
    insert: ({ number, key, id, range, epk, lsn, ts, etag, ttl, body }) =>
      void prepare(insert).run(number, key, id, range, epk, lsn, ts, etag, ttl, body),
    update: ({ number, range, lsn, ts, etag, ttl, body }) =>
      void prepare(update).run(range, lsn, ts, etag, ttl, body, number),
    remove: ({ number }) => void prepare(remove).run(number),
    join: (ranges, into) => ranges.forEach((range) => void prepare(join).run(into, range)),
    firstEpk: (range) => (prepare(firstEpk).pluck().get(range) ?? undefined) as string | undefined,
    middleEpk: (range) => prepare(middleEpk).pluck().get(range, range) as string | undefined,
    nextEpk: (range, epk) => (prepare(nextEpk).pluck().get(range, epk) ?? undefined) as string | undefined,
    divide: (range, boundary, left, right) => void prepare(divide).run(boundary, left, right, range),
    setExpiring: (on) => {
      db.exec(`DROP INDEX IF EXISTS ${table}_own_ttl; DROP INDEX IF EXISTS ${table}_inherited_ttl`);
      if (!on) return;
      db.exec(`
        CREATE INDEX ${table}_own_ttl ON ${table} (ts + ttl) WHERE ttl > 0;
        CREATE INDEX ${table}_inherited_ttl ON ${table} (ts) WHERE ttl IS NULL;
      `);
    },
    scan: (slice, after) => {
      const alive = aliveNow(lifetime());
      const conditions = where(slice) + alive.condition;
      const sql = `SELECT number, body FROM ${table} WHERE number > ?${conditions} ORDER BY number`;
      return prepare(sql)
        .raw()
        .iterate(after, ...values(slice), ...alive.values) as IterableIterator<[number, Buffer]>;
    },
    changes: (slice, after, since) => {
      const alive = aliveNow(lifetime());
      const conditions = where(slice) + alive.condition;
      // The index has the key too, so that the documents of other keys are passed over without being read.
      const sql = `SELECT lsn, body FROM ${table} INDEXED BY ${table}_lsn WHERE lsn > ? AND ts > ?${conditions} ORDER BY lsn`;
      return prepare(sql)
        .raw()
        .iterate(after, since, ...values(slice), ...alive.values) as IterableIterator<[number, Buffer]>;
    },
    count: (slice) => {
      const alive = aliveNow(lifetime());
      const sql = `SELECT count(*) FROM ${table} WHERE 1${where(slice)}${alive.condition}`;
      return prepare(sql)
        .pluck()
        .get(...values(slice), ...alive.values) as number;
    },
    size: (range) => prepare(size).pluck().get(range) as number,
  };
}

/** Prepares each statement once. */
export function preparer(db: Database): (sql: string) => Statement {
  const prepared = new Map<string, Statement>();
  return (sql) => {
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
}

/** For the default time to live twice, and the time. */
const ALIVE = 'coalesce(ttl, ?) < 0 OR ts + coalesce(ttl, ?) > ?';

/** Nothing where nothing expires: most containers do not pay for those that do. */
function aliveNow({ defaultTtl, now }: Lifetime): { readonly condition: string; readonly values: readonly number[] } {
  if (defaultTtl === undefined) return IMMORTAL;
  return { condition: ` AND (${ALIVE})`, values: [defaultTtl, defaultTtl, now] };
}

const IMMORTAL = { condition: '', values: [] };

/** Digits of the hash of one level of a hierarchical key. */
export const LEVEL_DIGITS = 32;
const CONDITIONS: Readonly<Record<keyof Slice, string>> = {
  range: ' AND range = ?',
  key: ' AND key = ?',
  level1: ` AND substr(epk, 1, ${LEVEL_DIGITS}) = ?`,
  level2: ` AND substr(epk, 1, ${LEVEL_DIGITS * 2}) = ?`,
  from: ' AND epk >= ?',
  below: ' AND epk < ?',
};
const PARTS = Object.keys(CONDITIONS) as (keyof Slice)[];

/** The conditions that a slice puts on rows, each after an `AND`, and the values for them. */
export function where(slice: Slice): string {
  return PARTS.map((part) => (slice[part] === undefined ? '' : CONDITIONS[part])).join('');
}

export function values(slice: Slice): unknown[] {
  return PARTS.map((part) => slice[part]).filter((value) => value !== undefined);
}
