import { purgeExpired } from './expiry.ts';
import { splitFull } from './split.ts';
import type { Container } from './store/container.ts';
import type { Range } from './store/range.ts';
import type { Store } from './store/store.ts';

/** As much as a physical partition of the service holds. */
export const RANGE_BYTES = 50 * 2 ** 30;

/**
 * Removes what has expired and what is no longer retained, a little at a time, and splits ranges with more bytes than
 * they may have, until it is stopped.
 */
export class Upkeep {
  readonly #store: Store;
  readonly #rangeBytes: number;
  /** Ranges that have too much and cannot be split, with how much it was. */
  readonly #whole = new WeakMap<Range, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store, rangeBytes: number) {
    this.#store = store;
    this.#rangeBytes = rangeBytes;
    this.#runAfter(PAUSE_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #runAfter(ms: number): void {
    this.#timer = setTimeout(() => this.#run(), ms).unref();
  }

  #run(): void {
    try {
      const containers = this.#store.databases().flatMap(({ containers }) => [...containers.values()]);
      // Requests come between two rounds, however much there is to do.
      const isMore = containers.map((container) => this.#care(container)).includes(true);
      this.#store.trouble = undefined;
      this.#runAfter(isMore ? SHORT_PAUSE_MS : PAUSE_MS);
    } catch (cause) {
      const message = `what has expired or grown cannot be taken care of: ${(cause as Error).message}`;
      this.#store.trouble = new Error(message, { cause });
      this.#runAfter(PAUSE_MS);
    }
  }

  /** Whether there is more to do. */
  #care(container: Container): boolean {
    const full = container.ranges.find((range) => this.#isFull(range));
    if (full && !this.#store.write(() => splitFull(this.#store, container, full))) this.#whole.set(full, full.bytes);
    const expired = purgeExpired(this.#store, container, AT_ONCE);
    const lost = container.retention > 0 ? this.#purgeVersions(container) : 0;
    return expired === AT_ONCE || lost === AT_ONCE || full !== undefined;
  }

  /** To look for a place to split takes as long as to split: not before there is as much again. */
  #isFull(range: Range): boolean {
    return range.bytes > this.#rangeBytes + (this.#whole.get(range) ?? 0);
  }

  #purgeVersions(container: Container): number {
    if (!container.versions.hasOlder(this.#store.clock.seconds() - container.retention)) return 0;
    return this.#store.write(() => this.#store.purgeVersions(container, AT_ONCE));
  }
}

const PAUSE_MS = 500;
const SHORT_PAUSE_MS = 20;
const AT_ONCE = 200;
