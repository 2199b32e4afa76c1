import type { Database, Statement } from 'better-sqlite3';
import { newContainerRid, newDatabaseRid } from '../rid.ts';
import { type DatabaseState, loadCatalog } from './catalog.ts';
import { type Container, type ContainerDefinition, tableOf } from './container.ts';
import { createDocuments } from './documents.ts';
import { type Offers, openOffers } from './offers.ts';
import { dataError, openDatabase } from './schema.ts';
import { newEtag, nowSeconds } from './stamp.ts';

// What is in memory is what counts while the server runs; SQLite has the documents and, at the end of each transaction,
// the counters. Writing methods may only be called inside `write`. When that fails, memory is read back from SQLite.

/** Everything the server keeps. One process owns a store at a time. */
export class Store {
  readonly offers: Offers;
  readonly #db: Database;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #saveContainer: Statement;
  readonly #saveRange: Statement;
  readonly #touched = new Set<Container>();
  #catalogChanged = false;
  #databases: Map<string, DatabaseState>;

  constructor(file: string) {
    this.#db = openDatabase(file);
    this.offers = openOffers(this.#db);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#rollback = this.#db.prepare('ROLLBACK');
    this.#saveContainer = this.#db.prepare('UPDATE containers SET next_range = ?, next_document = ? WHERE number = ?');
    this.#saveRange = this.#db.prepare('UPDATE ranges SET lsn = ? WHERE container = ? AND id = ?');
    this.#databases = this.#loadFirst(file);
  }

  databases(): DatabaseState[] {
    return [...this.#databases.values()];
  }

  /** By name or resource id. */
  findDatabase(id: string): DatabaseState | undefined {
    return this.#databases.get(id) ?? this.databases().find(({ rid }) => rid === id);
  }

  findContainer(databaseId: string, id: string): Container | undefined {
    const { containers } = this.findDatabase(databaseId) ?? {};
    return containers?.get(id) ?? [...(containers?.values() ?? [])].find(({ rid }) => rid === id);
  }

  /** Runs `work` as one transaction: all of it is on disk when this returns, or nothing of it happened. */
  write<Result>(work: () => Result): Result {
    this.#begin.run();
    try {
      const result = work();
      this.#saveCounters();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#db.inTransaction) this.#rollback.run();
      if (this.#catalogChanged || this.#touched.size > 0) this.#databases = loadCatalog(this.#db);
      throw error;
    } finally {
      this.#touched.clear();
      this.#catalogChanged = false;
    }
  }

  /** To be called before a counter of the container is changed. */
  touch(container: Container): void {
    this.#touched.add(container);
  }

  createDatabase(name: string): DatabaseState {
    const row = { name, rid: newDatabaseRid(), etag: newEtag(), ts: nowSeconds() };
    this.#db.prepare('INSERT INTO databases VALUES (?, ?, ?, ?)').run(row.name, row.rid, row.etag, row.ts);
    return this.#reloaded(() => this.findDatabase(name));
  }

  removeDatabase(database: DatabaseState): void {
    for (const container of database.containers.values()) this.removeContainer(container);
    this.offers.removeFor(database.rid);
    this.#db.prepare('DELETE FROM databases WHERE name = ?').run(database.name);
    this.#reload();
  }

  /** Makes a container whose ranges are divided at `boundaries`, which start with `""` and end with `"FF"`. */
  createContainer(database: DatabaseState, definition: ContainerDefinition, boundaries: readonly string[]): Container {
    const { lastInsertRowid: number } = this.#db
      .prepare('INSERT INTO containers VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 1)')
      .run(
        database.name,
        definition.id,
        newContainerRid(database.rid),
        JSON.stringify(definition),
        newEtag(),
        nowSeconds(),
        boundaries.length - 1,
      );
    createDocuments(this.#db, tableOf(Number(number)));
    const insert = this.#db.prepare("INSERT INTO ranges VALUES (?, ?, ?, ?, '[]', 0)");
    boundaries.slice(1).forEach((max, id) => {
      insert.run(number, id, boundaries[id], max);
    });
    return this.#reloaded(() => this.findContainer(database.name, definition.id));
  }

  replaceContainer(container: Container, definition: ContainerDefinition): void {
    this.#db
      .prepare('UPDATE containers SET definition = ?, etag = ?, ts = ? WHERE number = ?')
      .run(JSON.stringify(definition), newEtag(), nowSeconds(), container.number);
    this.#reload();
  }

  removeContainer(container: Container): void {
    this.#db.exec(`DROP TABLE ${tableOf(container.number)}`);
    this.#db.prepare('DELETE FROM containers WHERE number = ?').run(container.number);
    this.offers.removeFor(container.rid);
    this.#reload();
  }

  /** Replaces a range by two that meet at `boundary`. Their counters go on after their parent's. */
  splitRange(container: Container, rangeId: number, boundary: string): void {
    const parent = container.ranges.find(({ id }) => id === rangeId);
    if (!parent) throw new Error(`container "${container.name}" has no range ${rangeId}`);
    this.touch(container);
    const [left, right] = [container.nextRange++, container.nextRange++];
    const parents = JSON.stringify([...parent.parents, String(parent.id)]);
    const insert = this.#db.prepare('INSERT INTO ranges VALUES (?, ?, ?, ?, ?, ?)');
    this.#db.prepare('DELETE FROM ranges WHERE container = ? AND id = ?').run(container.number, rangeId);
    insert.run(container.number, left, parent.min, boundary, parents, parent.lsn + 1);
    insert.run(container.number, right, boundary, parent.max, parents, parent.lsn + 1);
    container.documents.divide(rangeId, boundary, left, right);
    this.#saveCounters();
    this.#reload();
  }

  close(): void {
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
    }
  }

  #loadFirst(file: string): Map<string, DatabaseState> {
    try {
      return loadCatalog(this.#db);
    } catch (error) {
      this.#db.close();
      throw dataError(error, file);
    }
  }

  #saveCounters(): void {
    for (const { number, nextRange, nextDocument, ranges } of this.#touched) {
      this.#saveContainer.run(nextRange, nextDocument, number);
      for (const { id, lsn } of ranges) this.#saveRange.run(lsn, number, id);
    }
  }

  #reload(): void {
    this.#catalogChanged = true;
    this.#databases = loadCatalog(this.#db);
  }

  #reloaded<Found>(find: () => Found | undefined): Found {
    this.#reload();
    const found = find();
    if (found === undefined) throw new Error('what was just written is not there');
    return found;
  }
}
