import { setTimeout as sleep } from 'node:timers/promises';

export interface PatienceOptions {
  /** How long to go on without any success. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  /** Told before each wait. */
  readonly onWait?: (waitMs: number, reason: unknown) => void;
}

/** Waits between attempts: longer each time, with jitter, until its budget of time without success is used up. */
export class Patience {
  readonly #options: PatienceOptions;
  #attempts = 0;
  #since = 0;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** To be called when something went well: the budget is full again. */
  restore(): void {
    this.#attempts = 0;
  }

  /** Waits before the next attempt, at least `atLeastMs`; throws `reason` when there is to be none. */
  async wait(reason: unknown, atLeastMs = 0): Promise<void> {
    const { budgetMs, signal, onWait } = this.#options;
    if (this.#attempts++ === 0) this.#since = performance.now();
    const backoff = Math.min(FIRST_MS * 2 ** (this.#attempts - 1), LONGEST_MS) * (0.5 + Math.random());
    const waitMs = Math.max(atLeastMs, backoff);
    if (signal.aborted || performance.now() - this.#since + waitMs > budgetMs) throw reason;
    onWait?.(waitMs, reason);
    await sleep(waitMs, undefined, { signal }).catch(() => {
      throw reason;
    });
  }
}

const FIRST_MS = 50;
const LONGEST_MS = 5000;
