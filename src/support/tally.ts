interface Slice {
  readonly min: string;
}

/** Running totals of one run. Wrappers around source and sink keep it, whoever likes may look at it. */
export class Tally {
  readonly startedAt = performance.now();
  /** Times a range or a write had to be tried again. */
  retries = 0;
  /** How many changes there are to read in all, where that is known beforehand. */
  expected: number | undefined;
  /** Called whenever everything that there is has been read and written. */
  onCaughtUp: () => void = () => {};
  #read = 0;
  #filtered = 0;
  #added = 0;
  #taken = 0;
  #unchanged = 0;
  #setAside = 0;
  readonly #lags = new Map<string, number>();
  readonly #behind = new Set<string>();

  get read(): number {
    return this.#read;
  }

  /** Changes that were read and are not wanted. */
  get filtered(): number {
    return this.#filtered;
  }

  /** Changes that were made of others, beside those that took their place. */
  get added(): number {
    return this.#added;
  }

  /** Changes that the destination refused, and that are kept elsewhere. */
  get setAside(): number {
    return this.#setAside;
  }

  /** Changes after which the destination is as it was before, for it had them, or is to keep what it has. */
  get unchanged(): number {
    return this.#unchanged;
  }

  get written(): number {
    return this.#taken - this.#unchanged;
  }

  /** Changes that something is still to happen to. */
  get left(): number {
    return this.#read + this.#added - this.settled;
  }

  /** Changes that nothing more will happen to. */
  get settled(): number {
    return this.#filtered + this.#taken + this.#setAside;
  }

  /** A range is about to be read. */
  opened({ min }: Slice): void {
    this.#behind.add(min);
  }

  /** A page of `changes` was read and `lag` come after it; `isEnd` when there was nothing more for now. */
  page({ min }: Slice, changes: number, lag: number, isEnd: boolean): void {
    this.#read += changes;
    this.#lags.set(min, lag);
    if (isEnd) this.#behind.delete(min);
    else this.#behind.add(min);
    this.#tellIfCaughtUp();
  }

  dropped(changes: number): void {
    if (changes === 0) return;
    this.#filtered += changes;
    this.#tellIfCaughtUp();
  }

  /** Others have taken the place of changes: of some there is nothing left, of some there are more. */
  transformed(dropped: number, added: number): void {
    this.#added += added;
    this.dropped(dropped);
  }

  refused(changes: number): void {
    this.#setAside += changes;
    this.#tellIfCaughtUp();
  }

  /** Of a write that is about to be counted. */
  passed(changes: number): void {
    this.#unchanged += changes;
  }

  wrote(changes: number): void {
    this.#taken += changes;
    this.#tellIfCaughtUp();
  }

  /** About how many changes are still to be read. */
  get lag(): number {
    return [...this.#lags.values()].reduce((sum, lag) => sum + lag, 0);
  }

  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  #tellIfCaughtUp(): void {
    if (this.#behind.size === 0 && this.left === 0) this.onCaughtUp();
  }
}
