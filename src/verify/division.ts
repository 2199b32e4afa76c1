import { hash } from 'node:crypto';
import { EVERYTHING, type Range } from '../contract.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';
import { orderedNumber } from '../protocol/effective-partition-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';

/** Cuts all keys into `BUCKETS` parts, the same for both containers whatever their physical ranges. */
export interface Division {
  bucketOf(key: DocumentKey): number;
  /** Ranges to read that hold all documents of these buckets, in order and apart; maybe others too. */
  rangesOf(buckets: readonly number[]): readonly Range[];
}

export const BUCKETS = 4096;

/** By place in the key space, where documents have the same place in both containers; else by a hash of our own. */
export function divisionOf(source: PartitionKeyDefinition, target: PartitionKeyDefinition): Division {
  const isSamePlace = source.kind === target.kind && source.version === target.version;
  return isSamePlace ? byPlace(boundsOf(source)) : byHash;
}

const byHash: Division = {
  bucketOf: (key) => hash('sha1', key.key, 'buffer').readUInt16LE(0) % BUCKETS,
  rangesOf: (buckets) => (buckets.length > 0 ? [EVERYTHING] : []),
};

function byPlace(bounds: readonly string[]): Division {
  return {
    bucketOf: (key) => {
      const start = key.epkStart;
      if (start !== undefined) return Math.floor(start / (HASHES_V2 / BUCKETS));
      const epk = key.epk;
      let [low, high] = [0, BUCKETS - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((bounds[middle] as string) <= epk) low = middle;
        else high = middle - 1;
      }
      return low;
    },
    rangesOf: (buckets) => {
      const ranges: { min: string; max: string }[] = [];
      for (const bucket of buckets.toSorted((a, b) => a - b)) {
        const [min, max] = [bounds[bucket] as string, bounds[bucket + 1] ?? EVERYTHING.max];
        const last = ranges.at(-1);
        if (last?.max === min) last.max = max;
        else ranges.push({ min, max });
      }
      return ranges;
    },
  };
}

/** Hashes of version 2 begin with 32 bits of which two are 0; those of version 1 are numbers of 32 bits. */
const HASHES_V2 = 2 ** 30;
const HASHES_V1 = 2 ** 32;

/** Where each bucket begins. */
function boundsOf({ kind, version }: PartitionKeyDefinition): string[] {
  const bounds = Array.from({ length: BUCKETS }, (_, bucket) => {
    if (kind === 'MultiHash' || version === 2) return hex(bucket * (HASHES_V2 / BUCKETS)).padEnd(32, '0');
    return orderedNumber(bucket * (HASHES_V1 / BUCKETS))
      .toString('hex')
      .toUpperCase();
  });
  return ['', ...bounds.slice(1)];
}

function hex(word: number): string {
  return word.toString(16).toUpperCase().padStart(8, '0');
}
