import Database from 'better-sqlite3';
import { FlowError } from '../support/error.ts';

/** New keys that documents would take, in a temporary file: there may be as many as documents. */
export class Taken {
  readonly #db: Database.Database;
  readonly #add: Database.Statement<[string, string]>;
  #documents = 0;

  constructor() {
    // SQLite removes a database without a name by itself.
    this.#db = new Database('');
    this.#db.pragma('journal_mode = OFF');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma(`cache_size = -${CACHE_KB}`);
    this.#db.exec('CREATE TABLE taken (key TEXT, origin TEXT) STRICT');
    this.#add = this.#db.prepare('INSERT INTO taken (key, origin) VALUES (?, ?)');
  }

  get documents(): number {
    return this.#documents;
  }

  add(changes: readonly { readonly key: string; readonly origin: string }[]): void {
    this.#db.transaction(() => {
      for (const { key, origin } of changes) this.#add.run(key, origin);
    })();
    this.#documents += changes.length;
  }

  /** Throws when two documents of different old keys have one new key. */
  assertApart(): void {
    // Sorted once at the end, rather than by an index as they come: that is several times as fast.
    const [found] = this.#db
      .prepare<[], Shared>(
        'SELECT key, MIN(origin) AS one, MAX(origin) AS other FROM taken GROUP BY key HAVING one <> other LIMIT 1',
      )
      .all();
    if (found) throw collision(found);
  }

  close(): void {
    this.#db.close();
  }
}

const CACHE_KB = 16_384;

interface Shared {
  readonly key: string;
  readonly one: string;
  readonly other: string;
}

function collision({ key, one, other }: Shared): FlowError {
  return new FlowError('usage', `two documents would become one: [${one}] and [${other}] would both be [${key}]`, {
    hint: 'keep them apart by --id-from, as in --id-from "{/customerId}-{/id}"; nothing was written',
  });
}
