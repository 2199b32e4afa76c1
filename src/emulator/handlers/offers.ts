import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { parseJsonObject } from '../json-body.ts';
import { type Listed, listResources, listResults } from '../listing.ts';
import { refuseOtherVersion } from '../precondition.ts';
import { badRequest, notFound } from '../refusal.ts';
import { json, type Reply } from '../reply.ts';
import type { Request } from '../request.ts';
import { splitUntil } from '../split.ts';
import type { Container } from '../store/container.ts';
import type { Offer } from '../store/offers.ts';
import type { Store } from '../store/store.ts';
import { leastThroughput, rangesFor, replacedThroughput } from '../throughput.ts';
import { queryResources } from './metadata-query.ts';

export function listOffers(request: Request, store: Store): Reply {
  return listResources(request, 'Offers', '', store.offers.all().map(view));
}

export function queryOffers(request: Request, store: Store): Reply {
  return listResults(request, 'Offers', '', queryResources(request.body, store.offers.all().map(view)));
}

export function readOffer(request: Request, store: Store): Reply {
  return replyWith(find(request, store));
}

/** Changes the throughput. A container that needs more ranges for it has them when the reply is sent. */
export function replaceOffer(request: Request, store: Store): Reply {
  const { id, target, etag, content: before } = find(request, store);
  refuseOtherVersion(request.headers, etag);
  const body = parseJsonObject(request.body);
  if (body.offerResourceId !== undefined && body.offerResourceId !== target) {
    throw badRequest('The resource of an offer cannot be changed.');
  }
  const content = replacedThroughput(body.content, before);
  store.write(() => {
    store.offers.replace(id, content);
    if (findTarget(target, store)) splitUntil(store, () => findTarget(target, store) as Container, rangesFor(content));
  });
  return replyWith(find(request, store));
}

function replyWith(offer: Offer): Reply {
  return json(STATUS.ok, view(offer), {
    [HEADER.etag]: offer.etag,
    [HEADER.minThroughput]: String(leastThroughput(offer.content)),
    'x-ms-offer-replace-pending': 'false',
  });
}

function find({ address }: Request, store: Store): Offer {
  const offer = store.offers.find(address.id);
  if (!offer) throw notFound();
  return offer;
}

function findTarget(rid: string, store: Store): Container | undefined {
  const containers = store.databases().flatMap(({ containers }) => [...containers.values()]);
  return containers.find((container) => container.rid === rid);
}

function view({ id, resource, target, content, etag, ts }: Offer): Listed {
  return {
    id,
    _rid: id,
    _self: `offers/${id}/`,
    _etag: etag,
    _ts: ts,
    resource,
    offerResourceId: target,
    offerType: 'Invalid',
    offerVersion: 'V2',
    content,
  };
}
