import { hash } from 'node:crypto';
import Database from 'better-sqlite3';
import { FlowError } from '../support/error.ts';

/**
 * New keys that documents have taken. Keeps 16 bytes and the old key of each in a temporary file, so that there may be
 * as many as there are documents.
 */
export class Taken {
  readonly #db: Database.Database;
  readonly #take: Database.Statement<[Buffer, string]>;
  readonly #find: Database.Statement<[Buffer], string>;
  #documents = 0;

  constructor() {
    // SQLite removes a database without a name by itself.
    this.#db = new Database('');
    this.#db.pragma('journal_mode = OFF');
    this.#db.pragma('synchronous = OFF');
    this.#db.pragma(`cache_size = -${CACHE_KB}`);
    this.#db.exec('CREATE TABLE taken (key BLOB PRIMARY KEY, origin TEXT) STRICT, WITHOUT ROWID');
    this.#take = this.#db.prepare('INSERT INTO taken (key, origin) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#find = this.#db.prepare<[Buffer], string>('SELECT origin FROM taken WHERE key = ?').pluck() as never;
  }

  get documents(): number {
    return this.#documents;
  }

  /** Throws as soon as two documents of different old keys have one new key. */
  add(changes: readonly { readonly key: string; readonly origin: string }[]): void {
    this.#db.transaction(() => {
      for (const { key, origin } of changes) this.#addOne(key, origin);
    })();
  }

  close(): void {
    this.#db.close();
  }

  #addOne(key: string, origin: string): void {
    const digest = hash('sha256', key, 'buffer').subarray(0, DIGEST_BYTES);
    if (this.#take.run(digest, origin).changes === 1) {
      this.#documents++;
      return;
    }
    const first = this.#find.get(digest) as string;
    if (first !== origin) throw collision(first, origin, key);
  }
}

const CACHE_KB = 16_384;
const DIGEST_BYTES = 16;

function collision(first: string, second: string, key: string): FlowError {
  return new FlowError('usage', `two documents would become one: [${first}] and [${second}] would both be [${key}]`, {
    hint: 'keep them apart by --id-from, as in --id-from "{/customerId}-{/id}"; nothing was written',
  });
}
