import { hash } from 'node:crypto';

export interface WindowOptions {
  /** How long a name is known; 0 knows none. */
  readonly ms: number;
  /** How many names are known at once; the oldest are forgotten first. */
  readonly namesMax: number;
  readonly now?: () => number;
}

/** The names of what has been received of late. */
export class Window {
  readonly #options: Required<WindowOptions>;
  readonly #entries = new Map<string, Entry>();

  constructor(options: WindowOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /** Resolves once what has this name is stored, rejects if it cannot be; `undefined` when the name is not known. */
  find(name: string): Promise<void> | undefined {
    this.#forgetOld();
    return this.#entries.get(digest(name))?.stored;
  }

  /** Knows the name from now on, unless `stored` rejects. */
  add(name: string, stored: Promise<void>): void {
    if (this.#options.ms === 0) return;
    const key = digest(name);
    const entry: Entry = { at: this.#options.now(), stored };
    this.#entries.set(key, entry);
    stored.then(
      () => {
        // Lets go of what the promise holds.
        entry.stored = STORED;
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    this.#forgetOld();
  }

  #forgetOld(): void {
    const { ms, namesMax, now } = this.#options;
    const since = now() - ms;
    for (const [key, { at }] of this.#entries) {
      if (at > since && this.#entries.size <= namesMax) return;
      this.#entries.delete(key);
    }
  }
}

interface Entry {
  readonly at: number;
  stored: Promise<void>;
}

const STORED = Promise.resolve();

/** Short, however long the name is that somebody sends. */
function digest(name: string): string {
  return hash('sha256', name, 'buffer').toString('latin1', 0, 16);
}
