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
  at: number;
  charge: number;
}

// What is sent follows the rate, on average. What was missed, by a late timer or for want of work, is made up for, but never
// so that a second has more than the whole of its units, whenever it begins: the service has budgets per second and
// refuses what is over. Nor is it sent all at once. What a request costs is known afterwards: what was guessed too low is
// missing in what follows.

/** How request units may be spent: so many a second, evenly. */
export class Pace {
  readonly #unitsPerSecond: number;
  #saved = 0;
  #savedAt: number;
  /** What was spent in the last second, oldest first. */
  readonly #second: Spent[] = [];
  #inSecond = 0;

  constructor(unitsPerSecond: number, now: number) {
    this.#unitsPerSecond = unitsPerSecond;
    this.#savedAt = now;
  }

  /** How long a request has to wait that needs about so much of its second; 0 when it may go. */
  waitMs(charge: number, now: number): number {
    this.#advance(now);
    const perMs = (this.#unitsPerSecond * RATE_SHARE) / SECOND_MS;
    return Math.max(-this.#saved / perMs, this.#burstMs(now), this.waitInSecondMs(charge, now));
  }

  /** The same, but for how evenly they are spent within a second. */
  waitInSecondMs(charge: number, now: number): number {
    this.#advance(now);
    let over = this.#inSecond + charge - this.#unitsPerSecond * SECOND_SHARE;
    let until = now;
    for (const spent of this.#second) {
      if (over <= 0) break;
      over -= spent.charge;
      until = spent.at + SECOND_MS;
    }
    return until - now;
  }

  spend(charge: number, now: number): Spent {
    this.#advance(now);
    const spent = { at: now, charge };
    this.#second.push(spent);
    this.#inSecond += charge;
    this.#saved -= charge;
    return spent;
  }

  /** Takes note of what it has cost, and when it was served at the latest. */
  settle(spent: Spent, charge: number, at: number): void {
    this.#saved -= charge - spent.charge;
    const index = this.#second.indexOf(spent);
    if (index < 0) return;
    this.#inSecond += charge - spent.charge;
    spent.charge = charge;
    spent.at = at;
    this.#second.splice(index, 1);
    const after = this.#second.findLastIndex((other) => other.at <= at);
    this.#second.splice(after + 1, 0, spent);
  }

  /** How long until of the last moments not more is spent than is allowed at once. */
  #burstMs(now: number): number {
    let room = ((this.#unitsPerSecond * BURST_MS) / SECOND_MS) * BURST_FACTOR;
    for (let index = this.#second.length - 1; index >= 0; index--) {
      const { at, charge } = this.#second[index] as Spent;
      if (at + BURST_MS <= now) return 0;
      room -= charge;
      if (room <= 0) return at + BURST_MS - now;
    }
    return 0;
  }

  #advance(now: number): void {
    const earned = ((now - this.#savedAt) / SECOND_MS) * this.#unitsPerSecond * RATE_SHARE;
    this.#saved = Math.min(this.#unitsPerSecond, this.#saved + earned);
    this.#savedAt = now;
    while (this.#second[0] && this.#second[0].at + SECOND_MS <= now) {
      this.#inSecond -= (this.#second.shift() as Spent).charge;
    }
    if (this.#second.length === 0) this.#inSecond = 0;
  }
}

const SECOND_MS = 1000;
/** What is aimed at, so that what is uneven on the way to the service does not run into its limit. */
const RATE_SHARE = 0.98;
const SECOND_SHARE = 0.995;
/** In a tenth of a second there may be twice what is due in it. */
const BURST_MS = 100;
const BURST_FACTOR = 2;
