import Database from 'better-sqlite3';

/** What the second reading has found of a document: the digest of each side, `null` where it is not there. */
export interface Finding {
  /** As in a change. */
  readonly key: string;
  readonly source: Buffer | null;
  readonly target: Buffer | null;
}

/** Findings by key, in a temporary file: there may be as many as documents. */
export class Findings {
  readonly #db: Database.Database;
  readonly #set: Readonly<Record<Side, Database.Statement<[string, Buffer]>>>;
  readonly #next: Database.Statement<[string, number], Finding>;
  readonly #nextDiffering: Database.Statement<[string, number], Finding>;

  constructor() {
    // SQLite removes a database without a name by itself.
    this.#db = new Database('');
    this.#db.pragma('journal_mode = OFF');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma(`cache_size = -${CACHE_KB}`);
    this.#db.exec('CREATE TABLE finding (key TEXT PRIMARY KEY, source BLOB, target BLOB) STRICT, WITHOUT ROWID');
    this.#set = { source: this.#prepareSet('source'), target: this.#prepareSet('target') };
    this.#next = this.#prepareNext('TRUE');
    this.#nextDiffering = this.#prepareNext('source IS NOT target');
  }

  /** Adds documents that one side has; of those with one key the last counts. */
  add(side: Side, documents: readonly (readonly [key: string, digest: Buffer])[]): void {
    this.#db.transaction(() => {
      for (const [key, digest] of documents) this.#set[side].run(key, digest);
    })();
  }

  /** Up to `count` findings behind a key, in the order of keys. */
  after(key: string, count: number, { equal }: { readonly equal: boolean }): readonly Finding[] {
    return (equal ? this.#next : this.#nextDiffering).all(key, count);
  }

  close(): void {
    this.#db.close();
  }

  #prepareSet(side: Side): Database.Statement<[string, Buffer]> {
    return this.#db.prepare(
      `INSERT INTO finding (key, ${side}) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET ${side} = excluded.${side}`,
    );
  }

  #prepareNext(condition: string): Database.Statement<[string, number], Finding> {
    return this.#db.prepare(
      `SELECT key, source, target FROM finding WHERE key > ? AND ${condition} ORDER BY key LIMIT ?`,
    );
  }
}

export type Side = 'source' | 'target';

const CACHE_KB = 4096;
