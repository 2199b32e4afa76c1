import type { Written } from '../contract.ts';

// A chain of commits, one link per page. A link waits for the page's own write and for the link before it, so pages
// commit in the order they were read, as early as they can, and after a failure not at all.

/**
 * Commits pages in the order they were entered, each only after its own write and every earlier page. A page that
 * fails is never committed, and neither is any page after it.
 */
export class Ledger {
  readonly #window: number;
  readonly #onFull: (oldest: Promise<void>) => void;
  readonly #failure = new AbortController();
  readonly #uncommitted: Promise<void>[] = [];
  #last: Promise<void> = Promise.resolve();

  /** At most `window` pages may be uncommitted at once. `onFull` is told what is waited for before there is room again. */
  constructor(window: number, onFull: (oldest: Promise<void>) => void = () => {}) {
    this.#window = window;
    this.#onFull = onFull;
  }

  /** Aborts at the first failure, to wake a source that is waiting for changes. */
  get failed(): AbortSignal {
    return this.#failure.signal;
  }

  /** Enters a page; resolves when there is room for another. Failures come out of `settled`, not of here. */
  async enter(written: Promise<Written>, commit: Commit): Promise<void> {
    const committed = link(this.#last, written, commit);
    this.#uncommitted.push(committed);
    // They settle in the order of entry.
    const leave = (): void => void this.#uncommitted.shift();
    committed.then(leave, (error: unknown) => {
      leave();
      this.#failure.abort(error);
    });
    this.#last = committed;
    if (this.#uncommitted.length >= this.#window) await this.#room();
  }

  async #room(): Promise<void> {
    const [oldest] = this.#uncommitted as [Promise<void>];
    this.#onFull(oldest);
    await Promise.allSettled([oldest]);
  }

  /** Resolves once every entered page is committed, or rejects with the first failure once all writes are over. */
  settled(): Promise<void> {
    return this.#last;
  }
}

/** Gets what the sink has noted. */
type Commit = (notes: Written) => void;

async function link(earlier: Promise<void>, written: Promise<Written>, commit: Commit): Promise<void> {
  // Both must settle before either may throw: a failed run must not end while another of its writes is still going.
  await Promise.allSettled([earlier, written]);
  await earlier;
  commit(await written);
}
