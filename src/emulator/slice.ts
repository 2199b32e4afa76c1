import { HEADER } from '../protocol/headers.ts';
import { keyOf, parseComponents } from './key.ts';
import { rangeGone } from './refusal.ts';
import { header, type Request } from './request.ts';
import type { Container } from './store/container.ts';
import type { Slice } from './store/documents.ts';
import type { Range } from './store/range.ts';

export interface Target {
  readonly slice: Slice;
  /** The ranges that the slice reaches into. */
  readonly ranges: readonly Range[];
}

/** The part of a container that a request is about: a partition key, a range, bounds, or everything. */
export function targetOf({ headers }: Request, container: Container): Target {
  const keyText = header(headers, HEADER.partitionKey);
  const rangeId = header(headers, HEADER.rangeId);
  if (keyText !== undefined) return ofKey(keyText, container);
  const bounds = boundsOf(header(headers, HEADER.startEpk), header(headers, HEADER.endEpk));
  if (rangeId === undefined) return { slice: bounds, ranges: overlapping(container, bounds) };
  const range = container.ranges.find(({ id }) => String(id) === rangeId);
  if (!range) throw rangeGone(rangeId);
  return { slice: { ...bounds, range: range.id }, ranges: [range] };
}

/** A key that lacks its last levels stands for everything below it. */
function ofKey(text: string, container: Container): Target {
  const components = parseComponents(text, container.key);
  const { text: key, epk } = keyOf(components, container.key);
  if (components.length === container.key.paths.length) return { slice: { key }, ranges: [container.rangeOf(epk)] };
  const slice = { from: epk, below: `${epk}FF` };
  return { slice, ranges: overlapping(container, slice) };
}

/** An empty bound is no bound. */
function boundsOf(start: string | undefined, end: string | undefined): Slice {
  return { ...(start && { from: start }), ...(end && end !== 'FF' && { below: end }) };
}

function overlapping({ ranges }: Container, { from = '', below = 'FF' }: Slice): Range[] {
  return ranges.filter(({ min, max }) => min < below && max > from);
}
