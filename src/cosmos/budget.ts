import pLimit, { type LimitFunction } from 'p-limit';
import { assert } from '../support/assert.ts';
import { Average } from './average.ts';
import { type Clock, Pace, WALL_CLOCK } from './pacing.ts';

export interface BudgetOptions {
  /** Request units a second for all requests together. */
  readonly unitsPerSecond: number;
  /** What the service lets each physical range have, where that is known. */
  readonly rangeUnitsPerSecond?: number | undefined;
  readonly clock?: Clock;
}

/** What is known of a request before it is sent. */
export interface Expense {
  /** Id of the physical range that it goes to, where it says so. */
  readonly range: string | undefined;
  /** Requests of one kind cost about the same for each unit of their size. */
  readonly kind: 'read' | 'write' | 'other';
  /** Documents that a read asks for; 5 for each operation of a write and 1 for each kilobyte; 1 for others. */
  readonly size: number;
}

/** Takes note of what a request has cost; `size` is that of what it got, where that is another than what was asked for. */
export type Settle = (charge: number, size?: number) => void;

/**
 * The request units a second that may be spent on one container. Requests wait for their turn, each range for itself, so
 * that one that has spent its share does not hold up the others.
 */
export class Budget {
  readonly #options: BudgetOptions;
  readonly #clock: Clock;
  readonly #whole: Lane;
  readonly #ranges = new Map<string, Lane>();
  /** The least time that an answer took. */
  #quickestMs = Number.POSITIVE_INFINITY;
  readonly #costs = {
    read: new Average(READ_UNITS),
    write: new Average(WRITE_UNITS),
    other: new Average(OTHER_UNITS),
  };

  constructor(options: BudgetOptions) {
    assert(options.unitsPerSecond > 0, 'a budget is more than nothing');
    this.#options = options;
    this.#clock = options.clock ?? WALL_CLOCK;
    this.#whole = this.#lane(options.unitsPerSecond);
  }

  get unitsPerSecond(): number {
    return this.#options.unitsPerSecond;
  }

  /** The size of a request that spends no more than one slice of the budget; at least 1. */
  sizeMax(kind: Expense['kind']): number {
    const { unitsPerSecond, rangeUnitsPerSecond = unitsPerSecond } = this.#options;
    const slice = (Math.min(unitsPerSecond, rangeUnitsPerSecond) * SLICE_MS[kind]) / 1000;
    return Math.max(1, Math.floor(slice / this.#costs[kind].value));
  }

  /** Resolves when the request may be sent; rejects when the signal aborts before that. */
  async admit({ range, kind, size }: Expense, signal?: AbortSignal): Promise<Settle> {
    const lane = this.#laneOf(range);
    const cost = this.#costs[kind];
    const guess = (): number => cost.value * size;
    const needed = (): number => guess() * NEEDED_SHARE[kind];
    const spent = await lane.turn(async () => {
      await this.#untilFree((now) => lane.pace.waitInSecondMs(needed(), now), signal);
      return this.#whole.turn(async () => {
        await this.#untilFree((now) => this.#whole.pace.waitMs(needed(), now), signal);
        const now = this.#clock.now();
        return [lane, this.#whole].map(({ pace }) => ({ pace, spent: pace.spend(guess(), now) }));
      });
    });
    const sentAt = this.#clock.now();
    return (charge, got = size) => {
      const now = this.#clock.now();
      this.#quickestMs = Math.min(this.#quickestMs, now - sentAt);
      // One that took longer may have been served later too, in another second.
      for (const { pace, spent: one } of spent) pace.settle(one, charge, Math.max(sentAt, now - this.#quickestMs));
      // What was refused cost next to nothing, and says nothing of what the next one will cost.
      if (got > 0) cost.add(charge, got);
    };
  }

  async #untilFree(left: (now: number) => number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const waitMs = left(this.#clock.now());
      // Sums of fractions are not exact: less than this is nothing.
      if (waitMs < SOON_MS) return;
      await this.#clock.wait(waitMs, signal);
    }
  }

  #laneOf(range: string | undefined): Lane {
    const { unitsPerSecond, rangeUnitsPerSecond = unitsPerSecond } = this.#options;
    const name = range ?? '';
    const lane = this.#ranges.get(name) ?? this.#lane(range === undefined ? unitsPerSecond : rangeUnitsPerSecond);
    this.#ranges.set(name, lane);
    return lane;
  }

  #lane(unitsPerSecond: number): Lane {
    return { pace: new Pace(unitsPerSecond, this.#clock.now()), turn: pLimit(1) };
  }
}

interface Lane {
  readonly pace: Pace;
  /** First come, first served. */
  readonly turn: LimitFunction;
}

const SOON_MS = 0.01;

/**
 * How much of a second one request may spend: many small requests are more even than few large ones, but each page costs
 * something whatever is in it.
 */
const SLICE_MS = { read: 50, write: 25, other: 25 };
/**
 * How much of its charge must be left of a second. Of a batch each operation is refused that is too much; a page is served
 * whole, and half of those at the edge of a second go over it.
 */
const NEEDED_SHARE = { read: 0.5, write: 1, other: 1 };

// What things cost until it is known, rather too much: a document of a kilobyte that is written takes 5 to 10.
const READ_UNITS = 0.2;
const WRITE_UNITS = 1.5;
const OTHER_UNITS = 5;
