import { setTimeout as sleep } from 'node:timers/promises';
import type { Point, StoredDocument } from '../cosmos/points.ts';
import { skipValue } from '../support/json-bytes.ts';
import type { Digest } from './digest.ts';
import type { Documents } from './documents.ts';
import type { Finding } from './findings.ts';

export interface Sides {
  /** How documents are compared. */
  readonly digest: Digest;
  readonly source: Documents;
  readonly target: Documents;
}

/** One document as both containers have it. */
export interface Pair {
  readonly source: StoredDocument | undefined;
  readonly target: StoredDocument | undefined;
}

/**
 * Reads a document on both sides until they are equal, or differ as they did the time before: while it changes, what is
 * read at two moments may differ for that reason alone. Resolves with the last pair, and gives up waiting in the end.
 */
export async function settle(
  { key, source, target }: Finding,
  sides: Sides,
  signal: AbortSignal,
): Promise<Pair & { readonly isEqual: boolean }> {
  const point = pointOf(key);
  let before: readonly (Buffer | null)[] = [source, target];
  for (let round = 0; ; round++) {
    const [one, other] = await Promise.all([sides.source.read(point), sides.target.read(point)]);
    const now = [one, other].map((document) => (document ? sides.digest.of(document.text) : null));
    if (isSame(now[0], now[1])) return { source: one, target: other, isEqual: true };
    const isSettled = now.every((side, index) => isSame(side, before[index]));
    if (isSettled || round === ROUNDS_MAX) return { source: one, target: other, isEqual: false };
    before = now;
    await sleep(FIRST_WAIT_MS * 2 ** round, undefined, { signal });
  }
}

/** Where a document is, by its key as changes have it. */
export function pointOf(key: string): Point {
  const text = Buffer.from(key);
  const end = skipValue(text, 0);
  return {
    id: JSON.parse(text.toString('utf8', 0, end)) as string,
    partitionKey: `[${text.toString('utf8', end + 1)}]`,
  };
}

/** About 3 s in all. */
const ROUNDS_MAX = 6;
const FIRST_WAIT_MS = 50;

function isSame(one: Buffer | null | undefined, other: Buffer | null | undefined): boolean {
  return one && other ? one.equals(other) : one === other;
}
