import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { buffers } from '../support/buffers.ts';
import { FlowError, type FlowErrorCode } from '../support/error.ts';
import { shrinkHeap } from '../support/heap.ts';
import type { AvroOptions } from './avro-writing.ts';
import type { CsvWritingOptions } from './csv-writing.ts';
import type { ColumnTypes, ConvertedFormat } from './format.ts';
import type { ParquetOptions } from './parquet-writing.ts';

/** What a thread of conversion-worker.ts is started with. */
export type Conversion = { readonly from: string; readonly to: string } & (
  | { readonly name: 'parquet'; readonly options: ParquetOptions }
  | { readonly name: 'avro'; readonly options: AvroOptions }
  | { readonly name: 'csv'; readonly options: CsvWritingOptions }
);

type Converter = Pick<Conversion, 'name' | 'options'>;

/**
 * Conversions of one kind, one at a time, each in a thread of its own: what goes on beside it is not kept waiting, and
 * the memory that it used is free at its end. In the main thread the heap would grow by a hundred megabytes of garbage.
 */
export function converting({ name, options }: Converter): ConvertedFormat['convert'] {
  return (from, to) => limit(() => convert({ name, options, from, to } as Conversion));
}

/** Of all formats together, so that memory is that of one. */
const limit = pLimit(1);

async function convert(conversion: Conversion): Promise<ColumnTypes | undefined> {
  // A thread comes with a heap of its own, and what is left of the pages that were read is garbage by now.
  buffers.forget();
  shrinkHeap();
  const worker = new Worker(WORKER, {
    workerData: conversion,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: OLD_MB },
  });
  let columns: ColumnTypes | undefined;
  worker.on('message', (message: ColumnTypes) => {
    columns = message;
  });
  try {
    await once(worker, 'exit');
    return columns;
  } catch (error) {
    throw revived(error);
  }
}

/** The source, or what was compiled of it. */
const WORKER = new URL(import.meta.url.replace(/conversion(\.[jt]s)$/, 'conversion-worker$1'));
const YOUNG_MB = 4;
const OLD_MB = 512;

/** Errors come from a thread with their properties, but without their class. */
function revived(error: unknown): unknown {
  if (!(error instanceof Error && error.name === 'FlowError')) return error;
  const { code, message, hint, cause } = error as Error & { code: FlowErrorCode; hint?: string };
  return new FlowError(code, message, { hint, cause });
}
