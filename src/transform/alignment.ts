import type { Original, Place } from './original.ts';
import { isMadeText, isSame } from './same.ts';

/**
 * Where the elements of an array were, some of which may have been put in, taken out or changed. Those that are as they
 * were keep their order; one that changed is taken for what was between the same two. Time grows with the length, not
 * with its square.
 */
export function aligned(
  value: readonly unknown[],
  before: readonly Place[],
  original: Original | undefined,
): readonly (Place | undefined)[] {
  const same = (at: number, was: number): boolean => isSame(value[at], before[was]?.value, original);
  const most = Math.min(value.length, before.length);
  let head = 0;
  while (head < most && same(head, head)) head++;
  let tail = 0;
  while (tail < most - head && same(value.length - 1 - tail, before.length - 1 - tail)) tail++;
  const [end, endBefore] = [value.length - tail, before.length - tail];
  const pairs = pairsOf(value.slice(head, end), before.slice(head, endBefore), original);
  const places = [...before.slice(0, head), ...Array.from<Place | undefined>({ length: end - head })];
  let [at, was] = [head, head];
  for (const pair of [...pairs, { at: end - head, was: endBefore - head }]) {
    const [next, nextWas] = [head + pair.at, head + pair.was];
    if (next - at === nextWas - was) while (at < next) places[at++] = before[was++];
    if (next < end) places[next] = before[nextWas];
    [at, was] = [next + 1, nextWas + 1];
  }
  return [...places, ...before.slice(endBefore)];
}

/** An element that is as it was: its index, and the one that it had. */
interface Pair {
  readonly at: number;
  readonly was: number;
}

/** In order; of several ways to pair them, one with most pairs, and rather one in which the indexes are as they were. */
function pairsOf(value: readonly unknown[], before: readonly Place[], original: Original | undefined): readonly Pair[] {
  // A hole is an element, too.
  const keys = Array.from(value, (element) => (original?.placeOf(element) ? undefined : keyOf(element)));
  if (before.length === 0 || keys.every((key) => key === undefined)) return [];
  const keysBefore = before.map((place) => keyOf(place.value));
  const indexes = new Map<string | undefined, number[]>();
  for (const [was, key] of keysBefore.entries()) {
    const known = indexes.get(key);
    if (known) known.push(was);
    else indexes.set(key, [was]);
  }
  const candidates = keys.map((key) => (key === undefined ? [] : (indexes.get(key) ?? [])));
  const byIndex = value.length === before.length ? inPlace(keys, keysBefore) : [];
  const isSamePair = ({ at, was }: Pair): boolean => isSame(value[at], before[was]?.value, original);
  return [byIndex, forward(candidates), longest(candidates)]
    .map((pairs) => pairs.filter(isSamePair))
    .reduce((most, pairs) => (pairs.length > most.length ? pairs : most));
}

function inPlace(keys: readonly (string | undefined)[], before: readonly (string | undefined)[]): readonly Pair[] {
  return keys.flatMap((key, at) => (key !== undefined && key === before[at] ? [{ at, was: at }] : []));
}

/** Each with the next that is like it: all of them, where elements were only taken out. */
function forward(candidates: readonly (readonly number[])[]): readonly Pair[] {
  const reached = new Map<readonly number[], number>();
  const pairs: Pair[] = [];
  let next = 0;
  for (const [at, indexes] of candidates.entries()) {
    let index = reached.get(indexes) ?? 0;
    while (index < indexes.length && (indexes[index] as number) < next) index++;
    reached.set(indexes, index);
    const was = indexes[index];
    if (was === undefined) continue;
    pairs.push({ at, was });
    next = was + 1;
  }
  return pairs;
}

interface Chain extends Pair {
  readonly previous: Chain | undefined;
}

/** As Hunt and Szymanski find it; nothing where many elements are alike, which would take the square of their number. */
function longest(candidates: readonly (readonly number[])[]): readonly Pair[] {
  if (candidates.reduce((sum, { length }) => sum + length, 0) > CANDIDATES_EACH * candidates.length) return [];
  /** By length, less one: the one that ends earliest. */
  const chains: Chain[] = [];
  for (const [at, indexes] of candidates.entries())
    for (const was of indexes.toReversed()) {
      const length = countBefore(chains, was);
      chains[length] = { at, was, previous: chains[length - 1] };
    }
  const pairs: Pair[] = [];
  for (let chain = chains.at(-1); chain; chain = chain.previous) pairs.push(chain);
  return pairs.reverse();
}

/** On the average, and at most. */
const CANDIDATES_EACH = 16;

/** How many chains end before an index. */
function countBefore(chains: readonly Chain[], was: number): number {
  let [low, high] = [0, chains.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chains[middle] as Chain).was < was) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two that are the same have the same; `undefined` for what was in no text. */
function keyOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (isMadeText(value)) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    // A BigInt, or what lies in itself: who prints it says so.
    return undefined;
  }
}
