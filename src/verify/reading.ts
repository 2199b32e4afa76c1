import type { LimitFunction } from 'p-limit';
import type { Position, Range, Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { asBuffer } from '../support/buffers.ts';
import type { Digest } from './digest.ts';
import type { Division } from './division.ts';
import type { Findings, Side } from './findings.ts';

export interface Reading {
  readonly source: Source;
  readonly side: Side;
  readonly definition: PartitionKeyDefinition;
  readonly division: Division;
  readonly digest: Digest;
  readonly buckets: readonly number[];
  readonly findings: Findings;
  /** How many ranges are read at once. */
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
}

/** Reads the documents of some buckets once more, and adds each to the findings. Ends early when told to stop. */
export async function readBuckets(reading: Reading): Promise<void> {
  const ranges = reading.division.rangesOf(reading.buckets);
  const failure = new AbortController();
  const signal = AbortSignal.any([reading.signal, failure.signal]);
  const follow = async (position: Position): Promise<void> => {
    const successors = await reading.limit(() => readRange(position, { ...reading, signal }));
    await all(successors.map(follow));
  };
  await all(
    ranges.map((range: Range) =>
      follow({ range, resumeAt: undefined }).catch((error: unknown) => {
        failure.abort();
        throw error;
      }),
    ),
  );
}

async function readRange({ range, resumeAt }: Position, reading: Reading): Promise<readonly Position[]> {
  const { source, side, division, digest, findings, signal } = reading;
  const key = new DocumentKey(reading.definition);
  const buckets = new Set(reading.buckets);
  for await (const { changes, split, release } of source.pages(range, resumeAt, signal)) {
    const documents: [string, Buffer][] = [];
    for (const { document } of changes) {
      const text = asBuffer(document);
      key.scan(text, 0);
      if (buckets.has(division.bucketOf(key))) documents.push([key.key, digest.of(text)]);
    }
    findings.add(side, documents);
    release?.();
    if (split) return split;
  }
  return [];
}

/** Resolves or rejects only after every promise has settled. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(promises);
  await Promise.all(promises);
}
