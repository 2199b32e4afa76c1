import pLimit, { type LimitFunction } from 'p-limit';
import { type Clock, WALL_CLOCK } from '../cosmos/pacing.ts';

export interface GatesOptions {
  /** Batches under way at once, over all ranges. */
  readonly concurrency: number;
  /** The same for one range; no other limit when not given. */
  readonly inFlightMax?: number | undefined;
  /** Operations in a batch. */
  readonly itemsMax: number;
  /** Whether batches become smaller when a range has too much of them; else there are only fewer of them at once. */
  readonly adaptsSize: boolean;
  /** Whether answers that take longer say that a range has too much to do. */
  readonly heedsLatency: boolean;
  readonly clock?: Clock;
}

/** How a batch fared. */
export interface Fare<Result> {
  readonly result: Result;
  /** How long the service wants to be left alone; `undefined` when it was not too much for it. */
  readonly throttledForMs: number | undefined;
}

/** Lets batches out to the physical ranges: how many at once and how large, each range for itself. */
export class Gates {
  readonly #options: GatesOptions;
  readonly #clock: Clock;
  readonly #whole: LimitFunction;
  readonly #gates = new Map<string, Gate>();

  constructor(options: GatesOptions) {
    this.#options = options;
    this.#clock = options.clock ?? WALL_CLOCK;
    this.#whole = pLimit(options.concurrency);
  }

  /** Operations that the next batch of a range should have at most. */
  itemsMax(range: string): number {
    return this.#gate(range).items;
  }

  /** Sends a batch when it is its turn. */
  async through<Result>(range: string, send: () => Promise<Fare<Result>>): Promise<Result> {
    const gate = this.#gate(range);
    await gate.enter();
    try {
      return await this.#whole(async () => {
        const [generation, sentAt] = [gate.generation, this.#clock.now()];
        const { result, throttledForMs } = await send();
        const now = this.#clock.now();
        if (throttledForMs === undefined) gate.took(now - sentAt);
        else gate.throttled(generation, now + Math.min(throttledForMs, PAUSE_MAX_MS));
        return result;
      });
    } finally {
      gate.leave();
    }
  }

  #gate(range: string): Gate {
    const gate = this.#gates.get(range) ?? new Gate(this.#options, this.#clock);
    this.#gates.set(range, gate);
    return gate;
  }
}

/** Who was refused waits as long as it was told; others to the same range no longer than this. */
const PAUSE_MAX_MS = 5000;

// A gate is as wide as it may be until a range says that it is too much. Then it is made half as wide, once for all that
// was under way: fewer batches at once, and when it is one at a time, smaller ones. With each round that goes well it
// becomes wider: quickly up to where it was too much, in small steps from there.

class Gate {
  readonly #options: GatesOptions;
  readonly #clock: Clock;
  readonly #widthMax: number;
  readonly #waiting: (() => void)[] = [];
  /** Batches that may be under way. */
  #width: number;
  #items: number;
  #inside = 0;
  #pausedUntil = 0;
  #isWaking = false;
  #tooWide = 0;
  #well = 0;
  #quickest = Number.POSITIVE_INFINITY;
  /** Counts how often it was narrowed. */
  generation = 0;

  constructor(options: GatesOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#widthMax = Math.min(options.concurrency, options.inFlightMax ?? options.concurrency);
    this.#width = this.#widthMax;
    this.#items = options.itemsMax;
  }

  get items(): number {
    return this.#items;
  }

  async enter(): Promise<void> {
    if (this.#waiting.length === 0 && this.#isOpen()) {
      this.#inside++;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      this.#admit();
    });
  }

  leave(): void {
    this.#inside--;
    this.#admit();
  }

  throttled(generation: number, until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    this.#well = 0;
    if (generation !== this.generation) return;
    this.generation++;
    this.#tooWide = this.#width;
    if (this.#width > 1) this.#width = this.#width >> 1;
    else if (this.#options.adaptsSize) this.#items = Math.max(1, this.#items >> 1);
  }

  took(latencyMs: number): void {
    this.#quickest = Math.min(this.#quickest * FORGETTING, latencyMs);
    if (++this.#well < this.#width) return;
    this.#well = 0;
    const slow = Math.max(this.#quickest * SLOW_FACTOR, this.#quickest + SLOW_LEAST_MS);
    if (this.#options.heedsLatency && latencyMs > slow) this.#width = Math.max(1, this.#width - 1);
    else if (this.#items < this.#options.itemsMax) this.#items = Math.min(this.#options.itemsMax, this.#items * 2);
    else this.#width = Math.min(this.#widthMax, this.#width + this.#step());
  }

  #step(): number {
    return this.#width * 2 <= this.#tooWide ? this.#width : 1;
  }

  #isOpen(): boolean {
    return this.#inside < this.#width && this.#clock.now() >= this.#pausedUntil;
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#isOpen()) {
      this.#inside++;
      this.#waiting.shift()?.();
    }
    if (this.#waiting.length > 0 && this.#inside < this.#width) this.#wake();
  }

  /** Once the pause is over. */
  #wake(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    void this.#clock.wait(Math.max(1, this.#pausedUntil - this.#clock.now())).then(() => {
      this.#isWaking = false;
      this.#admit();
    });
  }
}

/** Answers that take as much longer than the quickest ones are slow; the network alone makes some difference. */
const SLOW_FACTOR = 4;
const SLOW_LEAST_MS = 50;
/** The quickest is forgotten little by little, as the service and its ways change. */
const FORGETTING = 1.001;
