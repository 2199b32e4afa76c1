import { HEADER } from '../../protocol/headers.ts';
import { type Listed, listResources } from '../listing.ts';
import { isKnown } from '../precondition.ts';
import { notModified, type Reply } from '../reply.ts';
import type { Request } from '../request.ts';
import { rangeRid } from '../rid.ts';
import type { Container } from '../store/container.ts';
import type { Range } from '../store/range.ts';
import type { Store } from '../store/store.ts';
import { ownerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** The ranges as they are now; 304 for a client that has them. Its etag changes with each split. */
export function readRanges(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  // With the resource id, or a client that knew an earlier container of this name would be told that nothing changed.
  const etag = `"${container.rid}-${container.nextRange}"`;
  if (isKnown(request.headers, etag)) return notModified(etag);
  const items = container.ranges.map((range) => view(container, range, etag));
  return listResources(request, 'PartitionKeyRanges', container.rid, items, {
    ...ownerHeaders(container.rid, container.link),
    [HEADER.etag]: etag,
  });
}

function view(container: Container, { id, min, max, parents, lsn }: Range, etag: string): Listed {
  const rid = rangeRid(container.rid, id);
  return {
    id: String(id),
    _rid: rid,
    _self: `${container.self}pkranges/${rid}/`,
    _etag: etag,
    minInclusive: min,
    maxExclusive: max,
    ridPrefix: id,
    throughputFraction: 1 / container.ranges.length,
    status: 'online',
    parents,
    _ts: container.ts,
    _lsn: lsn,
  };
}
