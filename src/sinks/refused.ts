import type { Change } from '../contract.ts';

export interface Refusal {
  readonly change: Change;
  /** The error for the user when nobody sets the change aside. */
  readonly reason: unknown;
  /** What the destination answered, where it answered in numbers. */
  readonly status?: number;
  readonly substatus?: number;
}

/** Thrown by a sink that will not take some changes of a write, however often they are repeated. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusals: readonly Refusal[];
  /** What of the write is not refused, and not known to be durable. The rest of it is durable. */
  readonly left: readonly Change[];

  constructor(refusals: readonly Refusal[], left: readonly Change[]) {
    super(`${refusals.length} changes were refused`, { cause: refusals[0]?.reason });
    this.refusals = refusals;
    this.left = left;
  }
}
