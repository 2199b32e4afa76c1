import { badRequest, rangeGone } from './refusal.ts';
import type { Container } from './store/container.ts';
import type { Range } from './store/range.ts';
import type { Store } from './store/store.ts';

/** Merges neighbouring ranges, the first two if none are named. To be called inside `store.write`. */
export function mergeRanges(store: Store, container: Container, rangeIds?: readonly string[]): void {
  const { ranges } = container;
  const merged = rangeIds === undefined ? ranges.slice(0, 2) : named(ranges, rangeIds);
  const start = ranges.indexOf(merged[0] as Range);
  const areNeighbours = merged.every((range, index) => range === ranges[start + index]);
  if (merged.length < 2 || !areNeighbours) {
    const names = merged.map(({ id }) => `"${id}"`).join(', ');
    throw badRequest(`Only two or more neighbouring ranges can be merged, not ${names || 'none'}.`);
  }
  store.mergeRanges(container, merged);
}

/** In the order of their keys. */
function named(ranges: readonly Range[], rangeIds: readonly string[]): Range[] {
  for (const rangeId of rangeIds) {
    if (!ranges.some(({ id }) => String(id) === rangeId)) throw rangeGone(rangeId);
  }
  return ranges.filter(({ id }) => rangeIds.includes(String(id)));
}
