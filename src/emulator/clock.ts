/** What time it is for the server: for `_ts`, signatures, budgets and everything else. */
export class Clock {
  /** How far it goes ahead of its source; negative when it is behind. */
  skewMs = 0;
  readonly #source: () => number;

  constructor(source: () => number = () => Date.now()) {
    this.#source = source;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#source() + this.skewMs;
  }

  /** The same in the whole seconds of `_ts`. */
  seconds(): number {
    return Math.floor(this.now() / 1000);
  }
}
