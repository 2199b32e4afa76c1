import type { Database, Statement } from 'better-sqlite3';
import { Clock } from '../clock.ts';
import { newContainerRid, newDatabaseRid } from '../rid.ts';
import { type DatabaseState, loadCatalog, loadContainer, loadDatabase } from './catalog.ts';
import type { AppliedChange } from './change.ts';
import { Container, type ContainerDefinition, retentionOf, tableOf, uniqueTableOf } from './container.ts';
import { createDocuments } from './documents.ts';
import { cutHorizon, type Horizon, raiseHorizon } from './horizons.ts';
import { type Offers, openOffers } from './offers.ts';
import type { Range } from './range.ts';
import { dataError, openDatabase } from './schema.ts';
import { newEtag } from './stamp.ts';
import { divideRange, insertRanges, joinRanges } from './topology.ts';
import { Transactions, type Write } from './transactions.ts';
import { createUniqueKeys } from './unique-keys.ts';
import { isUnwritable } from './unwritable.ts';

// What is in memory is what counts while the server runs; SQLite has the documents and, at the end of each write, the
// counters. Writing methods may only be called inside `write` or `writeSoon`. When that fails, what it touched is read
// back from SQLite. When even that fails, memory and disk may differ, and the store is broken until it is opened again.

/** Everything the server keeps. One process owns a store at a time. */
export class Store {
  readonly offers: Offers;
  readonly clock: Clock;
  /** Called for each change once it is on disk, in the order in which they were made. */
  onApplied: (change: AppliedChange) => void = () => {};
  /** What fails between requests, where nobody can be told: requests fail with it until it is over. */
  trouble: Error | undefined;
  readonly #db: Database;
  readonly #transactions: Transactions;
  readonly #saveContainer: Statement;
  readonly #saveRange: Statement;
  readonly #saveHorizons: Statement;
  readonly #databases: Map<string, DatabaseState>;

  constructor(file: string, clock = new Clock()) {
    this.clock = clock;
    this.#db = openDatabase(file);
    this.offers = openOffers(this.#db, clock);
    this.#transactions = new Transactions(this.#db, {
      save: (write) => this.#saveCounters(write),
      restore: (writes) => this.#restore(writes),
      tell: (change) => this.onApplied(change),
    });
    this.#saveContainer = this.#db.prepare('UPDATE containers SET next_range = ?, next_document = ? WHERE number = ?');
    this.#saveRange = this.#db.prepare('UPDATE ranges SET lsn = ?, bytes = ? WHERE container = ? AND id = ?');
    this.#saveHorizons = this.#db.prepare('UPDATE containers SET horizons = ? WHERE number = ?');
    this.#databases = this.#load(file);
  }

  /** Throws when a failure left memory and disk different, with that failure as the cause, or while there is trouble. */
  assertSound(): void {
    const error = this.#transactions.broken ?? this.trouble;
    if (error) throw error;
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
    return this.#transactions.runAlone(work);
  }

  /**
   * The same, but it is on disk only once `settled` resolves. Many of these cost less, even less when they are not
   * `revocable`: what such a one throws undoes all others that are not on disk yet.
   */
  writeSoon<Result>(work: () => Result, { revocable = true } = {}): Result {
    return this.#transactions.run(work, revocable);
  }

  /**
   * Resolves once all that was written before is on disk: nobody may hear of it earlier. Rejects when that fails, or
   * when `onApplied` did for what was written last.
   */
  settled(): Promise<void> {
    return this.#transactions.settled();
  }

  /** Tells of a change that the transaction under way makes. */
  record(change: AppliedChange): void {
    this.#transactions.current.changes.push(change);
  }

  /** To be called before a counter of the container, or of one of its ranges, is changed. */
  touch(container: Container, range?: Range): void {
    const { touched } = this.#transactions.current;
    const ranges = touched.get(container) ?? new Set();
    touched.set(container, range ? ranges.add(range) : ranges);
  }

  createDatabase(name: string): DatabaseState {
    const database = {
      name,
      rid: newDatabaseRid(),
      etag: newEtag(),
      ts: this.clock.seconds(),
      containers: new Map<string, Container>(),
    };
    const { rid, etag, ts } = database;
    this.#transactions.current.changed.add(name);
    this.#db.prepare('INSERT INTO databases VALUES (?, ?, ?, ?)').run(name, rid, etag, ts);
    this.#databases.set(name, database);
    return database;
  }

  removeDatabase(database: DatabaseState): void {
    this.#transactions.current.changed.add(database.name);
    for (const container of database.containers.values()) this.removeContainer(container);
    this.offers.removeFor(database.rid);
    this.#db.prepare('DELETE FROM databases WHERE name = ?').run(database.name);
    this.#databases.delete(database.name);
  }

  /** Makes a container whose ranges are divided at `boundaries`, which start with `""` and end with `"FF"`. */
  createContainer(database: DatabaseState, definition: ContainerDefinition, boundaries: readonly string[]): Container {
    this.#transactions.current.changed.add(database.name);
    const { lastInsertRowid: number } = this.#db
      .prepare("INSERT INTO containers VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 1, '[]')")
      .run(
        database.name,
        definition.id,
        newContainerRid(database.rid),
        JSON.stringify(definition),
        newEtag(),
        this.clock.seconds(),
        boundaries.length - 1,
      );
    createDocuments(this.#db, tableOf(Number(number)), definition.partitionKey.paths.length);
    if (definition.uniqueKeyPolicy) {
      createUniqueKeys(this.#db, uniqueTableOf(Number(number)), tableOf(Number(number)));
    }
    const ranges = boundaries.slice(1).map((max, id) => ({ id, min: boundaries[id] as string, max, ...NEW_RANGE }));
    insertRanges(this.#db, Number(number), ranges);
    const container = new Container(this.#db, loadContainer(this.#db, Number(number)), this.clock);
    this.#fit(container, undefined);
    database.containers.set(container.name, container);
    return container;
  }

  replaceContainer(container: Container, definition: ContainerDefinition): void {
    this.touch(container);
    const [etag, ts] = [newEtag(), this.clock.seconds()];
    this.#db
      .prepare('UPDATE containers SET definition = ?, etag = ?, ts = ? WHERE number = ?')
      .run(JSON.stringify(definition), etag, ts, container.number);
    const before = container.definition;
    container.define({ definition, etag, ts });
    this.#fit(container, before);
  }

  removeContainer(container: Container): void {
    this.#transactions.current.changed.add(container.database);
    this.#db.exec(`DROP TABLE IF EXISTS ${uniqueTableOf(container.number)}`);
    this.#db.exec(`DROP TABLE ${tableOf(container.number)}`);
    container.versions.drop();
    this.#db.prepare('DELETE FROM containers WHERE number = ?').run(container.number);
    this.offers.removeFor(container.rid);
    this.#databases.get(container.database)?.containers.delete(container.name);
  }

  /** Replaces a range by two that meet at `boundary`. Their counters go on after their parent's. */
  splitRange(container: Container, rangeId: number, boundary: string): void {
    this.touch(container);
    divideRange(this.#db, container, rangeId, boundary);
    this.#setHorizons(container, cutHorizon(container.horizons, boundary));
  }

  /** Replaces neighbouring ranges by one. Its counter goes on after the largest of theirs. */
  mergeRanges(container: Container, ranges: readonly Range[]): void {
    this.touch(container);
    joinRanges(this.#db, container, ranges);
  }

  /** Removes so many versions at most of those that are no longer retained; returns how many. */
  purgeVersions(container: Container, limit: number): number {
    this.touch(container);
    const lost = container.versions.purge(this.clock.seconds() - container.retention, limit);
    const horizons = lost.reduce<readonly Horizon[]>(
      (raised, { epk, lsn }) => raiseHorizon(raised, epk, lsn),
      container.horizons,
    );
    if (lost.length > 0) this.#setHorizons(container, horizons);
    return lost.length;
  }

  close(): void {
    try {
      // A broken store may be inside a transaction, which closing takes back.
      if (this.#transactions.broken) return;
      this.#transactions.flush();
      this.#emptyLog();
    } finally {
      this.#db.close();
    }
  }

  #emptyLog(): void {
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // What is committed is on disk in the log, too, and is read from there.
      if (!isUnwritable(error)) throw error;
    }
  }

  /** Makes what the definition asks for, and removes what only the one before did. */
  #fit(container: Container, before: ContainerDefinition | undefined): void {
    const expires = container.definition.defaultTtl !== undefined;
    if (expires !== (before?.defaultTtl !== undefined)) container.documents.setExpiring(expires);
    const retains = container.retention > 0;
    if (retains === (before !== undefined && retentionOf(before) > 0)) return;
    if (retains) container.versions.create();
    else container.versions.drop();
    // What happened before there were versions is lost.
    const horizons = container.ranges.map(({ min, lsn }): Horizon => [min, lsn]);
    this.#setHorizons(container, retains ? horizons : []);
  }

  #setHorizons(container: Container, horizons: readonly Horizon[]): void {
    this.#saveHorizons.run(JSON.stringify(horizons), container.number);
    container.horizons = horizons;
  }

  #load(file: string): Map<string, DatabaseState> {
    try {
      return loadCatalog(this.#db, this.clock);
    } catch (error) {
      this.#db.close();
      throw dataError(error, file);
    }
  }

  #saveCounters({ touched }: Write): void {
    for (const [{ number, nextRange, nextDocument }, ranges] of touched) {
      this.#saveContainer.run(nextRange, nextDocument, number);
      for (const { id, lsn, bytes } of ranges) this.#saveRange.run(lsn, bytes, number, id);
    }
  }

  #restore(writes: readonly Write[]): void {
    const changed = new Set(writes.flatMap((write) => [...write.changed]));
    for (const name of changed) {
      const database = loadDatabase(this.#db, name, this.clock);
      if (database) this.#databases.set(name, database);
      else this.#databases.delete(name);
    }
    for (const container of new Set(writes.flatMap(({ touched }) => [...touched.keys()]))) {
      if (!changed.has(container.database)) container.restore(loadContainer(this.#db, container.number));
    }
  }
}

const NEW_RANGE = { parents: [], lsn: 0, bytes: 0 };
