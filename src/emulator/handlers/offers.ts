import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { parseJsonObject } from '../json-body.ts';
import { badRequest, notFound } from '../refusal.ts';
import { json, list, type Reply } from '../reply.ts';
import type { Request } from '../request.ts';
import { splitUntil } from '../split.ts';
import type { Container } from '../store/container.ts';
import type { Offer } from '../store/offers.ts';
import type { Store } from '../store/store.ts';
import { rangesFor, replacedThroughput } from '../throughput.ts';
import { queryResources } from './metadata-query.ts';

export function listOffers(_: Request, store: Store): Reply {
  return list('Offers', '', store.offers.all().map(view));
}

export function queryOffers({ body }: Request, store: Store): Reply {
  return list('Offers', '', queryResources(body, store.offers.all().map(view)));
}

export function readOffer(request: Request, store: Store): Reply {
  const offer = find(request, store);
  return json(STATUS.ok, view(offer), { [HEADER.etag]: offer.etag });
}

/** Changes the throughput. A container that needs more ranges for it has them when the reply is sent. */
export function replaceOffer(request: Request, store: Store): Reply {
  const { id, target } = find(request, store);
  const body = parseJsonObject(request.body);
  if (body.offerResourceId !== undefined && body.offerResourceId !== target) {
    throw badRequest('The resource of an offer cannot be changed.');
  }
  const content = replacedThroughput(body.content);
  store.write(() => {
    store.offers.replace(id, content);
    if (findTarget(target, store)) splitUntil(store, () => findTarget(target, store) as Container, rangesFor(content));
  });
  const offer = find(request, store);
  return json(STATUS.ok, view(offer), { [HEADER.etag]: offer.etag, 'x-ms-offer-replace-pending': 'false' });
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

function view({ id, resource, target, content, etag, ts }: Offer): unknown {
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
