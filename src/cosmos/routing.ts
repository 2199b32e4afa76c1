import type { Container } from '@azure/cosmos';
import { assert } from '../support/assert.ts';

interface PhysicalRange {
  readonly id: string;
  readonly min: string;
  readonly max: string;
}

/** Which physical range holds an effective partition key. Read once, and again after `forget`. */
export class Routing {
  readonly #container: Container;
  #ranges: Promise<readonly PhysicalRange[]> | undefined;

  constructor(container: Container) {
    this.#container = container;
  }

  /** Resolves with a function from effective partition key to the id of its range. */
  async table(): Promise<(epk: string) => string> {
    this.#ranges ??= readRanges(this.#container);
    try {
      const ranges = await this.#ranges;
      return (epk) => find(ranges, epk);
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  /** To be called when a range has gone. */
  forget(): void {
    this.#ranges = undefined;
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

function find(ranges: readonly PhysicalRange[], epk: string): string {
  let [low, high] = [0, ranges.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ranges[middle] as PhysicalRange).min <= epk) low = middle;
    else high = middle - 1;
  }
  const range = ranges[low];
  assert(range !== undefined && range.min <= epk && epk < range.max, `a range holds "${epk}"`);
  return range.id;
}
