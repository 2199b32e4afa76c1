import type { Change, Notes, Range, Sink } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { asBuffer } from '../support/buffers.ts';
import type { Digest } from './digest.ts';
import { BUCKETS, type Division } from './division.ts';

// Each bucket has a count and a sum of digests, which is the same in whatever order documents come. They are kept per
// range that is read, and stored with its position: what is read again after a crash is then counted once. A range that
// has split leaves its sums behind, and its successors begin with nothing.

/** Adds up documents, and keeps the sums in notes: nothing else of them is kept. */
export function summing(
  division: Division,
  definition: PartitionKeyDefinition,
  digest: Digest,
  notes: ReadonlyMap<string, string>,
): Sink {
  const key = new DocumentKey(definition);
  const sums = new Map(sumsIn(notes));
  const add = ({ min }: Range, { document }: Change): string => {
    const text = asBuffer(document);
    key.scan(text, 0);
    const name = `${min}:${division.bucketOf(key)}`;
    const sum = sums.get(name) ?? newSum();
    sums.set(name, sum);
    addDigest(sum, digest.text(text));
    return name;
  };
  return {
    order: 'range',
    async write(changes, range): Promise<Notes> {
      const touched = new Set<string>();
      for (const change of changes) touched.add(add(range, change));
      return new Map([...touched].map((name) => [name, writeSum(sums.get(name) as Sum)]));
    },
    close: async () => {},
  };
}

/** The sums of all ranges, bucket by bucket. */
export function totalsOf(notes: ReadonlyMap<string, string>): readonly Sum[] {
  const totals = Array.from({ length: BUCKETS }, newSum);
  for (const [name, sum] of sumsIn(notes)) {
    const total = totals[Number(name.slice(name.indexOf(':') + 1))] as Sum;
    for (let index = 0; index < NUMBERS; index++) addTo(total, index, sum[index] as number);
  }
  return totals;
}

export function countOf(totals: readonly Sum[]): number {
  return totals.reduce((count, sum) => count + (sum[COUNT] as number), 0);
}

export function differingBuckets(one: readonly Sum[], other: readonly Sum[]): number[] {
  return one.flatMap((sum, bucket) => (sum.every((number, at) => number === other[bucket]?.[at]) ? [] : [bucket]));
}

/** Four sums of 32 bits of the digest each, modulo 2³², and the count. */
export type Sum = Float64Array;

const WORDS = 4;
const COUNT = WORDS;
const NUMBERS = WORDS + 1;

/** Other notes have no colon in their names. */
function sumsIn(notes: ReadonlyMap<string, string>): [string, Sum][] {
  return [...notes].filter(([name]) => name.includes(':')).map(([name, text]) => [name, readSum(text)]);
}

function newSum(): Sum {
  return new Float64Array(NUMBERS);
}

function addDigest(sum: Sum, digest: string): void {
  for (let word = 0; word < WORDS; word++) {
    const [at, byte] = [4 * word, (index: number): number => digest.charCodeAt(index)];
    addTo(sum, word, ((byte(at) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3)) >>> 0);
  }
  addTo(sum, COUNT, 1);
}

function addTo(sum: Sum, index: number, value: number): void {
  const total = (sum[index] as number) + value;
  sum[index] = index === COUNT ? total : total % 2 ** 32;
}

function writeSum(sum: Sum): string {
  return sum.join(' ');
}

function readSum(text: string): Sum {
  return Float64Array.from(text.split(' '), Number);
}
