import { HEADER } from '../protocol/headers.ts';
import { keyOf, parseComponents } from './key.ts';
import { rangeGone, rangeMoving } from './refusal.ts';
import { header, type Request } from './request.ts';
import type { Container } from './store/container.ts';
import { LEVEL_DIGITS, type Slice } from './store/documents.ts';
import type { Range } from './store/range.ts';

export interface Target {
  readonly slice: Slice;
  /** The ranges that the slice reaches into. */
  readonly ranges: readonly Range[];
  /** The effective partition keys that it reaches over: from the first to before the second. */
  readonly epks: readonly [from: string, below: string];
}

/** The part of a container that a request is about: a partition key, a range, bounds, or everything. */
export function targetOf({ headers }: Request, container: Container): Target {
  const keyText = header(headers, HEADER.partitionKey);
  const rangeId = header(headers, HEADER.rangeId);
  if (keyText !== undefined) return ofKey(keyText, rangeId, container);
  return ofBounds(boundsOf(header(headers, HEADER.startEpk), header(headers, HEADER.endEpk)), rangeId, container);
}

/** The range that a request names; throws 410 when it is no more, or about to be. */
export function findRange({ ranges, moving }: Container, rangeId: string): Range {
  const range = ranges.find(({ id }) => String(id) === rangeId);
  if (!range) throw rangeGone(rangeId);
  if (moving.has(range.id)) throw rangeMoving(rangeId);
  return range;
}

/** A key that lacks its last levels stands for everything below it, in the range that is named or in all of them. */
function ofKey(text: string, rangeId: string | undefined, container: Container): Target {
  const components = parseComponents(text, container.key);
  const { text: key, epk } = keyOf(components, container.key);
  if (components.length < container.key.paths.length) {
    return ofBounds({ from: epk, below: `${epk}FF` }, rangeId, container);
  }
  return { slice: { key }, ranges: [container.rangeOf(epk)], epks: [epk, `${epk}0`] };
}

function ofBounds(bounds: Slice, rangeId: string | undefined, container: Container): Target {
  const { from = '', below = 'FF' } = bounds;
  const slice = sliceOf(bounds, container);
  if (rangeId === undefined) return { slice, ranges: overlapping(container, from, below), epks: [from, below] };
  const range = findRange(container, rangeId);
  return {
    slice: { ...slice, range: range.id },
    ranges: [range],
    epks: [from > range.min ? from : range.min, below < range.max ? below : range.max],
  };
}

/** The bounds of all that has the same first levels of a key become those levels, which have an index. */
function sliceOf(bounds: Slice, { key }: Container): Slice {
  const { from = '', below } = bounds;
  if (key.kind !== 'MultiHash' || below !== `${from}FF`) return bounds;
  if (from.length === LEVEL_DIGITS) return { level1: from };
  return from.length === 2 * LEVEL_DIGITS ? { level2: from } : bounds;
}

/** An empty bound is no bound. */
function boundsOf(start: string | undefined, end: string | undefined): Slice {
  return { ...(start && { from: start }), ...(end && end !== 'FF' && { below: end }) };
}

function overlapping({ ranges }: Container, from: string, below: string): Range[] {
  return ranges.filter(({ min, max }) => min < below && max > from);
}
