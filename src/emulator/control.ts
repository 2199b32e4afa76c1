import type { Budgets } from './allowance.ts';
import type { FaultRules } from './fault-rules.ts';
import type { Exchange, Fault } from './faults.ts';
import type { Journal } from './journal.ts';
import { mergeRanges } from './merge.ts';
import { notFound } from './refusal.ts';
import { findRange } from './slice.ts';
import { splitRange } from './split.ts';
import type { Container } from './store/container.ts';
import type { Store } from './store/store.ts';

interface Parts {
  readonly store: Store;
  readonly faults: FaultRules;
  readonly journal: Journal;
  readonly budgets: Budgets;
}

/** What tests do to a running server, in its process or through its admin API. */
export class Control {
  readonly store: Store;
  readonly faults: FaultRules;
  readonly journal: Journal;
  readonly #budgets: Budgets;

  constructor({ store, faults, journal, budgets }: Parts) {
    this.store = store;
    this.faults = faults;
    this.journal = journal;
    this.#budgets = budgets;
  }

  /** Splits a range, the first one if none is named; its id is gone when this returns. */
  split(database: string, container: string, rangeId?: string): Container {
    const found = this.#find(database, container);
    this.store.write(() => splitRange(this.store, found, rangeId));
    return this.#find(database, container);
  }

  /** Merges neighbouring ranges, the first two if none are named; their ids are gone when this returns. */
  merge(database: string, container: string, rangeIds?: readonly string[]): Container {
    const found = this.#find(database, container);
    this.store.write(() => mergeRanges(this.store, found, rangeIds));
    return found;
  }

  /** Has requests to a range refused with 410/1007, as while it splits or merges, until it does or is resumed. */
  suspend(database: string, container: string, rangeId: string): void {
    this.resume(database, container, rangeId);
    const found = this.#find(database, container);
    found.moving.add(findRange(found, rangeId).id);
  }

  resume(database: string, container: string, rangeId: string): void {
    this.#find(database, container).moving.delete(Number(rangeId));
  }

  /** Replaces a container by an empty one of the same name, definition, ranges and throughput. */
  recreate(database: string, container: string): Container {
    const { definition, rid, ranges, ...found } = this.#find(database, container);
    const owner = this.store.findDatabase(found.database);
    if (!owner) throw notFound();
    const offer = this.store.offers.findFor(rid);
    return this.store.write(() => {
      this.store.removeContainer(this.#find(database, container));
      const boundaries = [...ranges.map(({ min }) => min), 'FF'];
      const created = this.store.createContainer(owner, definition, boundaries);
      if (offer) this.store.offers.create(created.self, created.rid, offer.content);
      return created;
    });
  }

  /** Does what a fault does to the server itself. */
  act(fault: Fault, exchange: Exchange): void {
    const { database, container } = exchange;
    if ('split' in fault) this.split(database, container, exchange.ranges[0]);
    if ('merge' in fault) this.#mergeWithNeighbour(database, container, exchange.ranges[0]);
    if ('recreate' in fault) this.recreate(database, container);
    if ('skewMs' in fault) this.store.clock.skewMs = fault.skewMs;
  }

  /** Forgets faults, journal, budgets and the skew of the clock; with `data`, removes all databases too. */
  reset({ data = false } = {}): void {
    this.faults.clear();
    this.#budgets.clear();
    this.store.clock.skewMs = 0;
    if (data) this.#removeAll();
    this.journal.clear();
  }

  /** With the one that follows; the last one with the one before it. */
  #mergeWithNeighbour(database: string, container: string, rangeId: string | undefined): void {
    const ids = this.#find(database, container).ranges.map(({ id }) => String(id));
    const at = Math.max(0, Math.min(ids.indexOf(rangeId ?? ''), ids.length - 2));
    this.merge(database, container, ids.slice(at, at + 2));
  }

  #removeAll(): void {
    this.store.write(() => {
      for (const database of this.store.databases()) this.store.removeDatabase(database);
    });
  }

  #find(database: string, container: string): Container {
    const found = this.store.findContainer(database, container);
    if (!found) throw notFound();
    return found;
  }
}
