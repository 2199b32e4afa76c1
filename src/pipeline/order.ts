import type { Change, Sink } from '../contract.ts';

/**
 * Writes pages side by side, except that a page waits for every earlier one that shares a key with it. So a key never
 * has two writes in flight and its changes reach the sink in order. After a failed write nothing later for its keys
 * is written.
 */
export class Order {
  readonly #sink: Sink;
  /** The last write that carries a key, for keys whose write is not over or has failed. */
  readonly #writes = new Map<string, Promise<void>>();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Resolves once every change is durable; rejects once nothing of this page is under way. */
  write(changes: readonly Change[]): Promise<void> {
    const written = this.#writeAfter(this.#earlierWrites(changes), changes);
    for (const { key } of changes) this.#writes.set(key, written);
    // A failed write keeps its keys, and whoever got the promise sees the failure.
    written.then(
      () => this.#forget(changes, written),
      () => {},
    );
    return written;
  }

  #earlierWrites(changes: readonly Change[]): readonly Promise<void>[] {
    const earlier = new Set<Promise<void>>();
    for (const { key } of changes) {
      const write = this.#writes.get(key);
      if (write !== undefined) earlier.add(write);
    }
    return [...earlier];
  }

  async #writeAfter(earlier: readonly Promise<void>[], changes: readonly Change[]): Promise<void> {
    await Promise.all(earlier);
    await this.#sink.write(changes);
  }

  #forget(changes: readonly Change[], written: Promise<void>): void {
    for (const { key } of changes) if (this.#writes.get(key) === written) this.#writes.delete(key);
  }
}
