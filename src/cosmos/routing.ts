import type { Container } from '@azure/cosmos';
import { assert } from '../support/assert.ts';

/** One that a server is behind. */
export interface PhysicalRange {
  readonly id: string;
  readonly min: string;
  readonly max: string;
}

/** Where documents go. */
export interface Route {
  /** The id of the range that holds an effective partition key. */
  byKey(epk: string): string;
  /** The same by the first 32 bits of the key; `undefined` when they do not tell. */
  byStart(start: number): string | undefined;
}

/** Which physical range holds an effective partition key. Read once, and again after `forget`. */
export class Routing {
  readonly #container: Container;
  #route: Promise<Route> | undefined;

  constructor(container: Container) {
    this.#container = container;
  }

  async table(): Promise<Route> {
    this.#route ??= readRanges(this.#container).then(routeOver);
    try {
      return await this.#route;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** To be called when a range has gone. */
  forget(): void {
    this.#route = undefined;
  }
}

/** The physical ranges as they are now, in the order of the key space. */
export async function readRanges(container: Container): Promise<readonly PhysicalRange[]> {
  const { resources } = await container.readPartitionKeyRanges().fetchAll();
  // During a split the service may list parents beside their children.
  const parents = new Set(resources.flatMap((range) => (range.parents as string[] | undefined) ?? []));
  return resources
    .filter(({ id }) => !parents.has(id))
    .map(({ id, minInclusive, maxExclusive }) => ({ id, min: minInclusive, max: maxExclusive }))
    .toSorted((a, b) => (a.min < b.min ? -1 : 1));
}

function routeOver(ranges: readonly PhysicalRange[]): Route {
  const mins = ranges.map(({ min }) => min);
  const starts = mins.map(startOf);
  const ends = ranges.map(({ max }) => startOf(max));
  // Some keys that begin like these bounds lie below them.
  const areWithin = mins.map((min) => /[^0]/.test(min.slice(START_DIGITS)));
  return {
    byKey: (epk) => {
      const range = ranges[lastAtMost(mins, epk)];
      assert(range !== undefined && range.min <= epk && epk < range.max, `a range holds "${epk}"`);
      return range.id;
    },
    byStart: (start) => {
      const index = lastAtMost(starts, start);
      const [from = 0, to = 0] = [starts[index], ends[index]];
      if (from > start || to <= start || (from === start && areWithin[index])) return undefined;
      return ranges[index]?.id;
    },
  };
}

/** 32 bits. */
const START_DIGITS = 8;

function startOf(bound: string): number {
  return Number.parseInt(bound.slice(0, START_DIGITS).padEnd(START_DIGITS, '0'), 16);
}

/** The index of the last of the ascending bounds that is not above the value; 0 if there is none. */
function lastAtMost<Bound extends number | string>(bounds: readonly Bound[], value: Bound): number {
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((bounds[middle] as Bound) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
