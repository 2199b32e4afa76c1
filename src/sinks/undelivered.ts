import type { Change } from '../contract.ts';

/** Thrown by a sink whose write was not durable in full: names what is left to do, so that only that is repeated. */
export class Undelivered extends Error {
  override readonly name = 'Undelivered';
  /** What is not known to be durable. The rest of the write is. */
  readonly changes: readonly Change[];
  /** When the destination asked to be left alone, how long; else 0, or `FOR_GOOD`. */
  readonly retryAfterMs: number;
  /** The error for the user when repeating has not helped. */
  readonly reason: unknown;

  constructor(changes: readonly Change[], options: { readonly retryAfterMs: number; readonly reason: unknown }) {
    super(`${changes.length} changes were not delivered`, { cause: options.reason });
    this.changes = changes;
    this.retryAfterMs = options.retryAfterMs;
    this.reason = options.reason;
  }
}

/** There is nothing to wait for: whoever repeats writes gives up at once. */
export const FOR_GOOD = Number.POSITIVE_INFINITY;
