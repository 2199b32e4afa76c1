import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { removeItem } from '../item.ts';
import { parseWholeKey } from '../key.ts';
import type { Reply } from '../reply.ts';
import { header, type Request } from '../request.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** Deletes all documents of a logical partition, each as a commit of its own: when this returns, none is there. */
export function deletePartition(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const key = parseWholeKey(header(request.headers, HEADER.partitionKey), container.key);
  const range = container.rangeOf(key.epk);
  store.write(() => {
    for (const id of container.documents.idsOf(key.text)) {
      removeItem({ store, container, key, range, commit: {} }, id);
    }
  });
  return { status: STATUS.ok, headers: containerHeaders(container, [range], ACCEPTED_CHARGE) };
}

/** The service deletes later, within a part of the throughput that nobody else asks for. */
const ACCEPTED_CHARGE = 1;
