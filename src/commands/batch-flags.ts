import { BATCH_KINDS, type BatchingOptions, type BatchKind } from '../sinks/batching.ts';
import { FlowError } from '../support/error.ts';
import { parseSize } from '../support/size.ts';
import { choice, concurrency, count, optionalDuration, parsed } from './flags.ts';

export interface BatchOptions {
  readonly concurrency: number;
  readonly maxInFlight: number | undefined;
  readonly batch: BatchKind | undefined;
  readonly batchMaxItems: number | undefined;
  readonly batchMaxBytes: number | undefined;
  readonly batchMaxWait: number | undefined;
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
  batchMaxWait: optionalDuration(
    '--batch-max-wait <time>',
    'how long what does not fill a batch may wait for more; 100ms with --batch time, else not at all',
  ),
};

export const BATCH_NOTE =
  'Batches go to one range of the target each. With --batch adaptive a range that is throttled, or slow to answer, gets ' +
  'fewer of them at once and then smaller ones, and soon more again; the other ranges are not held up. With size they are ' +
  'always filled up to --batch-max-items, with bytes up to --batch-max-bytes, and with partition each holds documents of one ' +
  'partition key; what a page has left that fills none is sent at once. With time, and with --batch-max-wait beside any of the ' +
  'others, that waits for documents of later pages: until the batch is full, or its oldest document has waited for that long. It ' +
  'is sent sooner when reading cannot go on before it is written, or has ended. So a target of many ranges, or one that gets ' +
  'little at a time, gets fewer and larger batches, and a little later.';

export function batchingFrom(options: BatchOptions): BatchingOptions {
  return {
    concurrency: options.concurrency,
    inFlightMax: options.maxInFlight,
    batch: options.batch,
    itemsMax: options.batchMaxItems,
    bytesMax: options.batchMaxBytes,
    waitMaxMs: options.batchMaxWait,
  };
}

/** Refuses to wait for what cannot come. */
export function assertFills({ batch, batchMaxWait, batchMaxItems }: BatchOptions, isSerial = false): void {
  if (batch !== 'time' && batchMaxWait === undefined) return;
  const flag = batch === 'time' ? '--batch time' : '--batch-max-wait';
  if (batchMaxItems === 1)
    throw new FlowError('usage', `a batch of one document is always full, and ${flag} has nothing to wait for`, {
      hint: `raise --batch-max-items, or leave out ${flag}`,
    });
  if (isSerial)
    throw new FlowError('usage', `a transform with state takes page by page, and ${flag} would only hold each up`, {
      hint: `leave out ${flag}`,
    });
}

function parseBytes(text: string): number {
  const bytes = parseSize(text);
  if (bytes >= 1) return bytes;
  throw new FlowError('usage', `"${text}" is no size of a batch`, { hint: 'write it as 100kb' });
}
