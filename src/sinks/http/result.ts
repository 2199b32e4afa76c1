import type { Change } from '../../contract.ts';
import { type Refusal, Refused } from '../refused.ts';
import { Undelivered } from '../undelivered.ts';

/** What became of some changes; those that are not mentioned are delivered. */
export interface Result {
  readonly refusals: readonly Refusal[];
  /** Not refused, and not known to be delivered. */
  readonly left: readonly Change[];
  readonly retryAfterMs: number;
  /** Why something is left. */
  readonly reason: unknown;
}

export const DELIVERED: Result = Object.freeze({ refusals: [], left: [], retryAfterMs: 0, reason: undefined });

export function isDelivered({ refusals, left }: Result): boolean {
  return refusals.length === 0 && left.length === 0;
}

/**
 * Sends batches side by side, but each only after those before it that share a key with it; when one of these was not
 * delivered in full, it is left.
 */
export async function inOrder(
  batches: readonly (readonly Change[])[],
  send: (batch: readonly Change[]) => Promise<Result>,
): Promise<Result> {
  const last = new Map<string, Promise<Result>>();
  const results = batches.map((batch) => {
    const earlier = new Set(batch.flatMap(({ key }) => last.get(key) ?? []));
    const result = after(earlier, batch, send);
    for (const { key } of batch) last.set(key, result);
    return result;
  });
  // Nothing may be under way when a failure is handed on.
  await Promise.allSettled(results);
  return merged(await Promise.all(results));
}

/** Throws what a sink throws when not everything is delivered. */
export function raise({ refusals, left, retryAfterMs, reason }: Result): void {
  if (refusals.length > 0) throw new Refused(refusals, left);
  if (left.length > 0) throw new Undelivered(left, { retryAfterMs, reason });
}

async function after(
  earlier: ReadonlySet<Promise<Result>>,
  batch: readonly Change[],
  send: (batch: readonly Change[]) => Promise<Result>,
): Promise<Result> {
  const results = await Promise.all(earlier);
  return results.every(isDelivered) ? send(batch) : { ...DELIVERED, left: batch };
}

function merged(results: readonly Result[]): Result {
  return {
    refusals: results.flatMap(({ refusals }) => refusals),
    left: results.flatMap(({ left }) => left),
    retryAfterMs: Math.max(0, ...results.map(({ retryAfterMs }) => retryAfterMs)),
    reason: results.find(({ reason }) => reason !== undefined)?.reason,
  };
}
