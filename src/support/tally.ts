/** Running totals of one run. Wrappers around source and sink keep it, whoever likes may look at it. */
export class Tally {
  readonly startedAt = performance.now();
  read = 0;
  written = 0;
  /** Times a range or a write had to be tried again. */
  retries = 0;
  /** How many changes there are to read in all, where that is known beforehand. */
  expected: number | undefined;
  readonly #lags = new Map<string, number>();
  readonly #behind = new Set<string>();

  /** A page of `changes` was read; `lag` changes come after it. An empty page is the end for now. */
  page(range: { readonly min: string }, changes: number, lag: number | undefined): void {
    this.read += changes;
    this.#lags.set(range.min, lag ?? 0);
    if (changes === 0) this.#behind.delete(range.min);
    else this.#behind.add(range.min);
  }

  /** About how many changes are still to be read. */
  get lag(): number {
    return [...this.#lags.values()].reduce((sum, lag) => sum + lag, 0);
  }

  /** Whether every range that was read has come to its end, and all of it is written. */
  get caughtUp(): boolean {
    return this.#lags.size > 0 && this.#behind.size === 0 && this.written >= this.read;
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }
}
