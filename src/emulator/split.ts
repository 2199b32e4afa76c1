import { boundaryAt, middle, widthOf } from './hash-space.ts';
import { badRequest, rangeGone } from './refusal.ts';
import type { Container } from './store/container.ts';
import type { Range } from './store/range.ts';
import type { Store } from './store/store.ts';

/** Splits a range, the first one if none is named, in the middle of its keys. To be called inside `store.write`. */
export function splitRange(store: Store, container: Container, rangeId?: string): void {
  const range = container.ranges.find(({ id }) => rangeId === undefined || String(id) === rangeId);
  if (!range) throw rangeGone(rangeId ?? '');
  const boundary = middle(range.min, range.max, container.key);
  if (boundary === undefined) throw badRequest(`Range "${range.id}" is too narrow to split.`);
  store.splitRange(container, range.id, boundary);
}

/** Splits a range between its documents; `false` when all of them have one hash. To be called inside `store.write`. */
export function splitFull(store: Store, container: Container, { id }: Range): boolean {
  const { documents, key } = container;
  const first = documents.firstEpk(id);
  if (first === undefined) return false;
  const least = boundaryAt(first, key);
  for (let epk = documents.middleEpk(id); epk !== undefined; epk = documents.nextEpk(id, epk)) {
    const boundary = boundaryAt(epk, key);
    if (boundary === least) continue;
    store.splitRange(container, id, boundary);
    return true;
  }
  return false;
}

/** Splits the widest ranges until there are `count`. To be called inside `store.write`. */
export function splitUntil(store: Store, find: () => Container, count: number): void {
  for (let container = find(); container.ranges.length < count; container = find()) {
    splitRange(store, container, String(widest(container).id));
  }
}

function widest({ ranges, key }: Container): Range {
  const width = ({ min, max }: Range): bigint => widthOf(min, max, key);
  return ranges.reduce((best, range) => (width(range) > width(best) ? range : best));
}
