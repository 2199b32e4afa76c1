import { FlowError } from '../support/error.ts';
import { jsonText } from './json-text.ts';
import type { StateOptions } from './module.ts';

// Three layers: what is stored, what the page that is under way has changed, and what the record that is under way has
// changed. A record that fails leaves nothing behind; a page is stored with its position.

/** A store of JSON values by key, which is committed together with how far the reading is. */
export class State {
  readonly #options: StateOptions;
  readonly #now: () => number;
  readonly #stored: Map<string, Entry>;
  readonly #page = new Map<string, Entry | undefined>();
  readonly #record = new Map<string, Entry | undefined>();
  #size: number;

  /** `notes` is what was stored before. */
  constructor(options: StateOptions, notes: ReadonlyMap<string, string>, now: () => number = Date.now) {
    this.#options = options;
    this.#now = now;
    this.#stored = new Map(
      [...notes]
        .filter(([name]) => name.startsWith(PREFIX))
        .map(([name, text]) => [name.slice(PREFIX.length), JSON.parse(text) as Entry]),
    );
    this.#size = this.#stored.size;
  }

  /** The value, in a copy of its own; `undefined` when there is none, or none any more. */
  get(key: string): unknown {
    const entry = this.#find(nameOf(key));
    return entry && !this.#isOver(entry) ? structuredClone(entry.value) : undefined;
  }

  /** Keeps a value; throws where JSON cannot hold it. */
  set(given: string, value: unknown): void {
    const key = nameOf(given);
    if (value === undefined) {
      this.delete(key);
      return;
    }
    const { ttlMs, maxEntries } = this.#options;
    const copy: unknown = JSON.parse(jsonText(value).toString());
    if (!this.#find(key)) {
      if (this.#size >= maxEntries) this.#forgetWhatIsOver();
      if (this.#size >= maxEntries) throw full(maxEntries);
      this.#size++;
    }
    this.#record.set(key, ttlMs === undefined ? { value: copy } : { value: copy, until: this.#now() + ttlMs });
  }

  delete(given: string): void {
    const key = nameOf(given);
    if (!this.#find(key)) return;
    this.#record.set(key, undefined);
    this.#size--;
  }

  /** Keeps what the record has changed, for the page. */
  keepRecord(): void {
    for (const [key, entry] of this.#record) this.#page.set(key, entry);
    this.#record.clear();
  }

  /** Forgets what the record has changed. */
  dropRecord(): void {
    for (const [key, entry] of this.#record) {
      const had = this.#beforeRecord(key) !== undefined;
      this.#size += Number(had) - Number(entry !== undefined);
    }
    this.#record.clear();
  }

  /** What the page has changed, to be noted with it; from here on it counts as stored. */
  takePage(): Map<string, string | undefined> {
    const notes = new Map<string, string | undefined>();
    for (const [key, entry] of this.#page) {
      if (entry) this.#stored.set(key, entry);
      else this.#stored.delete(key);
      notes.set(PREFIX + key, entry && JSON.stringify(entry));
    }
    this.#page.clear();
    return notes;
  }

  #find(key: string): Entry | undefined {
    return this.#record.has(key) ? this.#record.get(key) : this.#beforeRecord(key);
  }

  #beforeRecord(key: string): Entry | undefined {
    return this.#page.has(key) ? this.#page.get(key) : this.#stored.get(key);
  }

  #isOver({ until }: Entry): boolean {
    return until !== undefined && until <= this.#now();
  }

  #forgetWhatIsOver(): void {
    for (const key of new Set([...this.#stored.keys(), ...this.#page.keys(), ...this.#record.keys()])) {
      const entry = this.#find(key);
      if (entry && this.#isOver(entry)) this.delete(key);
    }
  }
}

interface Entry {
  readonly value: unknown;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

const PREFIX = 'state/';

/** Other keys would be other ones when they are found again. */
function nameOf(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number') return String(key);
  throw new Error(`a key of the state is no text but ${JSON.stringify(key)}`);
}

function full(maxEntries: number): FlowError {
  return new FlowError('configuration', `the state of the transform is full: it has ${maxEntries} entries`, {
    hint: "let entries end, or allow more: export const state = { ttl: '1h', maxEntries: 1000000 }",
  });
}
