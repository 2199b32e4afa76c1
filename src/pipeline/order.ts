import type { Change, Range, Sink, Written } from '../contract.ts';

/**
 * Writes pages side by side, except that a page waits for every earlier one that shares a key with it. So a key never
 * has two writes in flight and its changes reach the sink in order. After a failed write nothing later for its keys
 * is written.
 */
export class Order {
  readonly #sink: Sink;
  /** The last write that carries a key, for keys whose write is not over or has failed. */
  readonly #writes = new Map<string, Promise<unknown>>();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Resolves once every change is durable; rejects once nothing of this page is under way. */
  write(changes: readonly Change[], range: Range): Promise<Written> {
    const written = this.#writeAfter(this.#earlierWrites(changes), changes, range);
    for (const { key } of changes) this.#writes.set(key, written);
    // A failed write keeps its keys, and whoever got the promise sees the failure.
    written.then(
      () => this.#forget(changes, written),
      () => {},
    );
    return written;
  }

  #earlierWrites(changes: readonly Change[]): readonly Promise<unknown>[] {
    const earlier = new Set<Promise<unknown>>();
    for (const { key } of changes) {
      const write = this.#writes.get(key);
      if (write !== undefined) earlier.add(write);
    }
    return [...earlier];
  }

  async #writeAfter(earlier: readonly Promise<unknown>[], changes: readonly Change[], range: Range): Promise<Written> {
    if (earlier.length > 0) this.#sink.hurry?.(Promise.allSettled(earlier), range);
    await Promise.all(earlier);
    return this.#sink.write(changes, range);
  }

  #forget(changes: readonly Change[], written: Promise<unknown>): void {
    for (const { key } of changes) if (this.#writes.get(key) === written) this.#writes.delete(key);
  }
}
