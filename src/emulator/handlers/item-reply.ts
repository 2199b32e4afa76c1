import { HEADER } from '../../protocol/headers.ts';
import { formatCharge } from '../charge.ts';
import type { Container } from '../store/container.ts';
import type { Range } from '../store/range.ts';

/** The headers that say what a resource belongs to. */
export function ownerHeaders(rid: string, link: string): Record<string, string> {
  return { [HEADER.contentPath]: rid, [HEADER.altContentPath]: encodeURI(link) };
}

/** The headers by which clients keep track of a container's ranges. */
export function containerHeaders(
  container: Container,
  ranges: readonly Range[],
  charge: number,
): Record<string, string> {
  const [only] = ranges;
  return {
    ...ownerHeaders(container.rid, container.link),
    [HEADER.requestCharge]: formatCharge(charge),
    [HEADER.sessionToken]: ranges.map(({ id, lsn }) => `${id}:-1#${lsn}`).join(','),
    ...(only && ranges.length === 1 && { [HEADER.lsn]: String(only.lsn), [HEADER.rangeId]: String(only.id) }),
  };
}
