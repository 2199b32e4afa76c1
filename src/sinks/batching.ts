import type { Budget } from '../cosmos/budget.ts';
import { BATCH_BYTES_MAX, type BatchLimits, OPERATIONS_MAX } from '../cosmos/operations.ts';
import { Gates } from './gates.ts';

/** What batches are like. */
export interface BatchingOptions {
  /** Batches under way at once, over all writes and ranges. */
  readonly concurrency: number;
  /** The same for one range of the target. */
  readonly inFlightMax?: number | undefined;
  readonly batch?: BatchKind | undefined;
  readonly itemsMax?: number | undefined;
  readonly bytesMax?: number | undefined;
  /** How long what does not fill a batch may wait for more; it does not wait when not given. */
  readonly waitMaxMs?: number | undefined;
}

/**
 * `adaptive`: as many and as large as a range takes; `size`, `bytes`: as large as is said; `time`: the same, and what does
 * not fill one waits for more; `partition`: of one key each.
 */
export type BatchKind = (typeof BATCH_KINDS)[number];

export const BATCH_KINDS = ['adaptive', 'size', 'bytes', 'time', 'partition'] as const;

export interface Batching {
  readonly gates: Gates;
  readonly limits: BatchLimits;
  /** How long what does not fill a batch may wait; `undefined` when it is sent at once. */
  readonly waitMaxMs: number | undefined;
}

/** How changes are put into batches, and when those are sent; none costs more than a slice of the budget. */
export function batchingOf(options: BatchingOptions, budget: () => Budget | undefined): Batching {
  const {
    concurrency,
    inFlightMax,
    batch = 'adaptive',
    itemsMax = OPERATIONS_MAX,
    bytesMax = BATCH_BYTES_MAX,
    waitMaxMs = batch === 'time' ? WAIT_MS : undefined,
  } = options;
  const isAdaptive = batch === 'adaptive';
  const gates = new Gates({
    concurrency,
    inFlightMax,
    itemsMax,
    adaptsSize: isAdaptive,
    // With a budget it is that which they wait for.
    heedsLatency: isAdaptive && budget() === undefined,
  });
  const sizeMax = (): number => budget()?.sizeMax('write') ?? Number.POSITIVE_INFINITY;
  const limits: BatchLimits = {
    itemsMax: (range) => Math.min(gates.itemsMax(range), Math.max(1, Math.floor(sizeMax() / ITEM_SIZE))),
    bytesMax: () => Math.min(bytesMax, sizeMax() * KILOBYTE_SHARE * 1024),
    byKey: batch === 'partition',
  };
  return { gates, limits, waitMaxMs };
}

/** With `time`, when nothing else is said. */
const WAIT_MS = 100;

/** The size of an operation with a small document, as budgets have it; and how much of a batch may be due to bytes. */
const ITEM_SIZE = 6;
const KILOBYTE_SHARE = 0.5;
