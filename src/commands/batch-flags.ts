import { BATCH_KINDS, type BatchingOptions, type BatchKind } from '../sinks/batching.ts';
import { FlowError } from '../support/error.ts';
import { parseSize } from '../support/size.ts';
import { choice, concurrency, count, parsed } from './flags.ts';

export interface BatchOptions {
  readonly concurrency: number;
  readonly maxInFlight: number | undefined;
  readonly batch: BatchKind | undefined;
  readonly batchMaxItems: number | undefined;
  readonly batchMaxBytes: number | undefined;
}

/** How much is written at once. */
export const batchFlags = {
  concurrency,
  maxInFlight: count('--max-in-flight <n>', 'batches under way at once to one range of the target', undefined, {
    max: 1000,
  }),
  batch: choice('--batch <kind>', 'what a batch is made by, adaptive when not given', BATCH_KINDS),
  batchMaxItems: count('--batch-max-items <n>', 'documents in a batch at most, 100 when not given', undefined, {
    max: 100,
  }),
  batchMaxBytes: parsed('--batch-max-bytes <size>', 'bytes in a batch at most, 215kb when not given', parseBytes),
};

export const BATCH_NOTE =
  'Batches go to one range of the target each. With --batch adaptive a range that is throttled, or slow to answer, gets ' +
  'fewer of them at once and then smaller ones, and soon more again; the other ranges are not held up. With size they are ' +
  'always filled up to --batch-max-items, with bytes up to --batch-max-bytes, and with partition each holds documents of one ' +
  'partition key.';

export function batchingFrom(options: BatchOptions): BatchingOptions {
  return {
    concurrency: options.concurrency,
    inFlightMax: options.maxInFlight,
    batch: options.batch,
    itemsMax: options.batchMaxItems,
    bytesMax: options.batchMaxBytes,
  };
}

function parseBytes(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= 1) return bytes;
  throw new FlowError('usage', `"${text}" is no size of a batch`, { hint: 'write it as 100kb' });
}
