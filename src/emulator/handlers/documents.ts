import { HEADER } from '../../protocol/headers.ts';
import { refusalCharge } from '../charge.ts';
import { parseDocument } from '../document.ts';
import {
  createItem,
  type ItemOutcome,
  type ItemRequest,
  patchItem,
  readItem,
  removeItem,
  replaceItem,
  upsertItem,
} from '../item.ts';
import { parseWholeKey } from '../key.ts';
import { parsePatch } from '../patch.ts';
import { Refusal } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { header, isMinimal, type Request } from '../request.ts';
import { documentNumber } from '../rid.ts';
import { parseSession, refuseSessionAhead } from '../session.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

export const createDocument = writing((item, { body }) => createItem(item, parseDocument(body)));
export const upsertDocument = writing((item, { body }) => upsertItem(item, parseDocument(body)));
export const replaceDocument = writing((item, request) =>
  replaceItem(item, idOf(request, item), parseDocument(request.body)),
);
export const patchDocument = writing((item, request) => patchItem(item, idOf(request, item), parsePatch(request.body)));
export const deleteDocument = writing((item, request) => removeItem(item, idOf(request, item)));

export function readDocument(request: Request, store: Store): Reply {
  const item = itemOf(request, store);
  return telling(item, () => {
    refuseSessionAhead(request.headers, [item.range]);
    return replyWith(item, readItem(item, idOf(request, item)), false);
  });
}

/** A handler that does `write` as one transaction. */
function writing(write: (item: ItemRequest, request: Request) => ItemOutcome) {
  return (request: Request, store: Store): Reply => {
    const item = itemOf(request, store);
    return telling(item, () => {
      const outcome = store.writeSoon(() => write(item, request));
      return replyWith(item, outcome, isMinimal(request.headers));
    });
  };
}

/** Has a refusal tell how far the range is, which clients that keep sessions want to know then too. */
function telling({ container, key }: ItemRequest, answer: () => Reply): Reply {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) {
      error.headers = containerHeaders(container, [container.rangeOf(key.epk)], refusalCharge(error.status));
    }
    throw error;
  }
}

function itemOf(request: Request, store: Store): ItemRequest {
  const container = ownerContainer(request, store);
  parseSession(request.headers);
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

function replyWith({ container, range }: ItemRequest, outcome: ItemOutcome, minimal: boolean): Reply {
  const { status, charge, etag, body } = outcome;
  return {
    status,
    headers: { ...containerHeaders(container, [range], charge), ...(etag !== undefined && { [HEADER.etag]: etag }) },
    ...(body && !minimal && { body }),
  };
}
