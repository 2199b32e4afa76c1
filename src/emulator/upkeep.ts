import { purgeExpired } from './expiry.ts';
import type { Container } from './store/container.ts';
import type { Store } from './store/store.ts';

/** Removes what has expired and what is no longer retained, a little at a time, until it is stopped. */
export class Upkeep {
  readonly #store: Store;
  #timer: NodeJS.Timeout | undefined;

  constructor(store: Store) {
    this.#store = store;
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
      this.#runAfter(isMore ? SHORT_PAUSE_MS : PAUSE_MS);
    } catch (error) {
      this.#store.giveUp(error);
    }
  }

  /** Whether there is more to do. */
  #care(container: Container): boolean {
    const expired = purgeExpired(this.#store, container, AT_ONCE);
    const lost = container.retention > 0 ? this.#purgeVersions(container) : 0;
    return expired === AT_ONCE || lost === AT_ONCE;
  }

  #purgeVersions(container: Container): number {
    if (!container.versions.hasOlder(this.#store.clock.seconds() - container.retention)) return 0;
    return this.#store.write(() => this.#store.purgeVersions(container, AT_ONCE));
  }
}

const PAUSE_MS = 500;
const SHORT_PAUSE_MS = 20;
const AT_ONCE = 200;
