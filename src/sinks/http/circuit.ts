import type { FlowError } from '../../support/error.ts';
import type { Outcome } from './outcome.ts';

// Closed: every request goes out. Open, after some failures in a row: none goes out before a while is over. Then half
// open: one request goes out as a probe, and the rest waits for what becomes of it. What the receiver answers closes the
// circuit, unless it is another failure. A receiver that has said how long to leave it alone is left alone, in any state.

export interface CircuitOptions {
  /** Failures in a row after which it opens. */
  readonly failuresMax: number;
  /** How long it stays open: at first, and at most, doubling in between. */
  readonly openMs: readonly [first: number, longest: number];
  readonly onOpen: (reason: FlowError) => void;
  readonly onClose: () => void;
  /** Milliseconds that only ever increase. */
  readonly now?: () => number;
}

/** Keeps requests from a receiver that fails, whoever asks. What it keeps back may be asked again later. */
export class Circuit {
  readonly #options: CircuitOptions;
  readonly #now: () => number;
  #failures = 0;
  #openings = 0;
  /** What opened it. */
  #reason: FlowError | undefined;
  #openUntil = 0;
  #restUntil = 0;
  #restReason: FlowError | undefined;
  #probe: Promise<Outcome> | undefined;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  async through(ask: () => Promise<Outcome>): Promise<Outcome> {
    const restMs = this.#restUntil - this.#now();
    if (restMs > 0 && this.#restReason) return { kind: 'again', retryAfterMs: restMs, reason: this.#restReason };
    if (!this.#reason) return this.#heed(await ask());
    const openMs = this.#openUntil - this.#now();
    if (openMs > 0) return { kind: 'again', retryAfterMs: openMs, reason: this.#reason };
    if (this.#probe !== undefined) return this.#afterProbe(this.#probe, ask);
    this.#probe = ask();
    try {
      return this.#heed(await this.#probe);
    } finally {
      this.#probe = undefined;
    }
  }

  async #afterProbe(probe: Promise<Outcome>, ask: () => Promise<Outcome>): Promise<Outcome> {
    const outcome = await probe;
    // Whatever else it may be, an answer is what was waited for.
    return outcome.kind === 'again' ? { ...outcome, retryAfterMs: this.#waitMs() } : this.through(ask);
  }

  #heed(outcome: Outcome): Outcome {
    if (outcome.kind === 'again') this.#failed(outcome.retryAfterMs, outcome.reason);
    else this.#answered();
    return outcome;
  }

  #failed(retryAfterMs: number, reason: FlowError): void {
    this.#failures++;
    if (retryAfterMs > 0) {
      this.#restUntil = Math.max(this.#restUntil, this.#now() + retryAfterMs);
      this.#restReason = reason;
    }
    if (this.#failures < this.#options.failuresMax) return;
    // What was under way when it opened opens it no further.
    if (this.#reason && this.#openUntil > this.#now()) return;
    if (!this.#reason) this.#options.onOpen(reason);
    const [first, longest] = this.#options.openMs;
    this.#openUntil = this.#now() + Math.min(first * 2 ** this.#openings++, longest);
    this.#reason = reason;
  }

  #answered(): void {
    this.#failures = 0;
    this.#openings = 0;
    if (!this.#reason) return;
    this.#reason = undefined;
    this.#options.onClose();
  }

  #waitMs(): number {
    return Math.max(0, this.#openUntil - this.#now(), this.#restUntil - this.#now());
  }
}
