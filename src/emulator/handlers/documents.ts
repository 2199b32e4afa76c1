import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { parseDocument } from '../document.ts';
import {
  createItem,
  type ItemOutcome,
  type ItemRequest,
  readItem,
  removeItem,
  replaceItem,
  upsertItem,
} from '../item.ts';
import { parseWholeKey } from '../key.ts';
import { badRequest } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { header, type Request } from '../request.ts';
import { documentNumber } from '../rid.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

export function createDocument(request: Request, store: Store): Reply {
  const item = itemOf(request, store);
  const document = parseDocument(request.body);
  return replyWith(
    request,
    item,
    store.write(() => createItem(item, document)),
  );
}

export function upsertDocument(request: Request, store: Store): Reply {
  const item = itemOf(request, store);
  const document = parseDocument(request.body);
  return replyWith(
    request,
    item,
    store.write(() => upsertItem(item, document)),
  );
}

export function replaceDocument(request: Request, store: Store): Reply {
  const item = itemOf(request, store);
  const document = parseDocument(request.body);
  return replyWith(
    request,
    item,
    store.write(() => replaceItem(item, idOf(request, item), document)),
  );
}

export function readDocument(request: Request, store: Store): Reply {
  const item = itemOf(request, store);
  return replyWith(request, item, readItem(item, idOf(request, item)));
}

export function deleteDocument(request: Request, store: Store): Reply {
  const item = itemOf(request, store);
  return replyWith(
    request,
    item,
    store.write(() => removeItem(item, idOf(request, item))),
  );
}

export function patchDocument(): Reply {
  throw badRequest('Patch is not supported yet by the embedded server.');
}

function itemOf(request: Request, store: Store): ItemRequest {
  const container = ownerContainer(request, store);
  const key = parseWholeKey(header(request.headers, HEADER.partitionKey), container.key);
  return {
    store,
    container,
    key,
    range: container.rangeOf(key.epk),
    commit: {},
    ifMatch: header(request.headers, HEADER.ifMatch),
    ifNoneMatch: header(request.headers, HEADER.ifNoneMatch),
  };
}

/** The item's id; a path made of resource ids has its resource id instead. */
function idOf({ address }: Request, { container }: ItemRequest): string {
  const number = address.container === container.rid ? documentNumber(address.id, container.rid) : undefined;
  return (number !== undefined && container.documents.idOf(number)) || address.id;
}

function replyWith({ headers }: Request, { container, range }: ItemRequest, outcome: ItemOutcome): Reply {
  const { status, charge, etag, body } = outcome;
  const minimal = header(headers, HEADER.prefer)?.toLowerCase() === 'return=minimal' && status !== STATUS.notModified;
  return {
    status,
    headers: { ...containerHeaders(container, [range], charge), ...(etag !== undefined && { [HEADER.etag]: etag }) },
    ...(body && !minimal && { body }),
  };
}
