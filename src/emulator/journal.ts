import type { AppliedChange } from './store/change.ts';

export interface JournalEntry extends AppliedChange {
  /** 1 for the first change since the server started, and one more for each that follows. */
  readonly sequence: number;
}

/** The last changes that are on disk, in the order in which they were applied. */
export class Journal {
  readonly #limit: number;
  readonly #onApplied: ((entry: JournalEntry) => void) | undefined;
  #entries: JournalEntry[] = [];
  #sequence = 0;

  constructor(limit: number = JOURNAL_MAX, onApplied?: (entry: JournalEntry) => void) {
    this.#limit = limit;
    this.#onApplied = onApplied;
  }

  append(change: AppliedChange): void {
    const entry = { sequence: ++this.#sequence, ...change };
    this.#entries.push(entry);
    // Now and then instead of each time: to take the first of many costs as much as to copy them.
    if (this.#entries.length >= 2 * this.#limit) this.#entries = this.#newest();
    this.#onApplied?.(entry);
  }

  /** Entries after a sequence number, as far back as they are kept. */
  after(sequence: number): JournalEntry[] {
    const entries = this.#newest();
    return entries.slice(Math.max(0, entries.length - (this.#sequence - sequence)));
  }

  /** Forgets the entries; sequence numbers go on. */
  clear(): void {
    this.#entries = [];
  }

  #newest(): JournalEntry[] {
    return this.#limit === 0 ? [] : this.#entries.slice(-this.#limit);
  }
}

/** Entries that are kept unless the server is told another number. */
const JOURNAL_MAX = 10_000;
