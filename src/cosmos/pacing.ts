import { setTimeout as sleep } from 'node:timers/promises';

/** What tells the time, in milliseconds that never go back, and lets it pass. */
export interface Clock {
  now(): number;
  /** Rejects when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export const WALL_CLOCK: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, signal && { signal }),
};

/** What a request was let out with, and costs once that is known. */
export interface Spent {
  readonly at: number;
  charge: number;
}

// Two rules, as the service has budgets per second and refuses what is over: what is sent evenly follows the rate, with
// some of what was missed made up for; and in no second, whenever it begins, more than the whole of it is sent. What a
// request costs is known afterwards: what was guessed too low is missing in what follows.

/** How request units may be spent: so many a second, evenly. */
export class Pace {
  readonly #unitsPerSecond: number;
  #saved = 0;
  #savedAt: number;
  readonly #second: Spent[] = [];
  #inSecond = 0;

  constructor(unitsPerSecond: number, now: number) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#savedAt = now;
  }

  /** How long a request that costs about so much has to wait; 0 when it may go. */
  waitMs(charge: number, now: number): number {
    this.#advance(now);
    return Math.max(this.#untilSaved(charge), this.#untilForgotten(charge, now));
  }

  spend(charge: number, now: number): Spent {
    this.#advance(now);
    const spent = { at: now, charge };
    this.#second.push(spent);
    this.#inSecond += charge;
    this.#saved -= charge;
    return spent;
  }

  settle(spent: Spent, charge: number): void {
    const missing = charge - spent.charge;
    spent.charge = charge;
    this.#saved -= missing;
    if (this.#second.includes(spent)) this.#inSecond += missing;
  }

  #untilSaved(charge: number): number {
    const missing = Math.min(charge, this.#savedMax) - this.#saved;
    return missing <= TINY ? 0 : (missing / this.#perMs) * ROUNDING;
  }

  #untilForgotten(charge: number, now: number): number {
    let over = this.#inSecond + charge - this.#unitsPerSecond * SECOND_SHARE;
    let until = now;
    for (const spent of this.#second) {
      if (over <= 0) break;
      over -= spent.charge;
      until = spent.at + SECOND_MS;
    }
    return until - now;
  }

  #advance(now: number): void {
    this.#saved = Math.min(this.#savedMax, this.#saved + (now - this.#savedAt) * this.#perMs);
    this.#savedAt = now;
    while (this.#second[0] && this.#second[0].at + SECOND_MS <= now) {
      this.#inSecond -= (this.#second.shift() as Spent).charge;
    }
    if (this.#second.length === 0) this.#inSecond = 0;
  }

  get #perMs(): number {
    return (this.#unitsPerSecond * RATE_SHARE) / SECOND_MS;
  }

  get #savedMax(): number {
    return this.#perMs * SAVED_MS;
  }
}

const SECOND_MS = 1000;
/** What is aimed at, so that what is uneven on the way to the service does not run into its limit. */
const RATE_SHARE = 0.98;
const SECOND_SHARE = 0.995;
/** What a timer that is late, or a pause of the process, may have missed and is made up for. */
const SAVED_MS = 100;
/** Below what is ever charged; sums of fractions are not exact. */
const TINY = 1e-6;
const ROUNDING = 1 + 1e-9;
