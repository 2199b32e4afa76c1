import { FEED, HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { allVersions } from '../all-versions.ts';
import type { ChangesOf } from '../changes.ts';
import { pageCharge } from '../charge.ts';
import { parseContinuation } from '../continuation.ts';
import { latestVersions } from '../latest-versions.ts';
import { Page } from '../page.ts';
import { badRequest } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { header, maxItemCount, type Request } from '../request.ts';
import { refuseSessionAhead } from '../session.ts';
import { targetOf } from '../slice.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** A page of documents in the order in which they were created. */
export function readFeed(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const { slice, ranges } = targetOf(request, container);
  refuseSessionAhead(request.headers, ranges);
  const limit = maxItemCount(request.headers, HEADER.maxItemCount, FEED_ITEMS);
  const page = new Page(container.rid);
  let after = parseContinuation(request.headers);
  let more = false;
  for (const [number, body] of container.documents.scan(slice, after)) {
    more = page.count === limit || !page.fits(body.length);
    if (more) break;
    page.add(body);
    after = number;
  }
  return {
    status: STATUS.ok,
    headers: {
      ...containerHeaders(container, ranges, pageCharge(page.bytes, page.count)),
      [HEADER.itemCount]: String(page.count),
      ...(more && { [HEADER.continuation]: String(after) }),
    },
    body: page.finish(),
  };
}

/** What happened after a commit, in the order of commits; 304 when nothing did. */
export function readChanges(request: Request, store: Store): Reply {
  const { headers } = request;
  const changesOf = feedOf(header(headers, HEADER.changeFeed) ?? '');
  const container = ownerContainer(request, store);
  const { slice, ranges, epks } = targetOf(request, container);
  refuseSessionAhead(request.headers, ranges);
  const [range] = ranges;
  // A position is a commit of one range. For a key that lacks its last levels clients ask each range it reaches into.
  if (!range || ranges.length > 1) throw badRequest('A change feed is read from one range at a time.');
  const limit = maxItemCount(headers, HEADER.maxItemCount, CHANGES_MAX);
  const target = { slice: { ...slice, range: range.id }, range, epks };
  const { after, changes, add } = changesOf({ headers, store, container, ...target });
  const page = new Page(container.rid);
  let last = after;
  for (const [lsn, item] of changes) {
    // A page that ended inside a commit would lose the rest of it: there is no position in there.
    if (lsn !== last && (page.count >= limit || !page.fits(item.length))) break;
    add(page, item, lsn);
    last = lsn;
  }
  const found = page.count > 0;
  return {
    status: found ? STATUS.ok : STATUS.notModified,
    headers: {
      ...containerHeaders(container, [range], pageCharge(page.bytes, page.count)),
      [HEADER.etag]: `"${found ? last : range.lsn}"`,
      ...(found && { [HEADER.itemCount]: String(page.count) }),
    },
    ...(found && { body: page.finish() }),
  };
}

const FEED_ITEMS = 100;
const CHANGES_MAX = 10_000;

function feedOf(mode: string): ChangesOf {
  const feed = FEEDS.get(mode.toLowerCase());
  if (feed) return feed;
  throw badRequest(`"${mode}" is not a change feed: the a-im header is "Incremental Feed" or "Full-Fidelity Feed".`);
}

const FEEDS: ReadonlyMap<string, ChangesOf> = new Map([
  [FEED.latestVersion, latestVersions],
  [FEED.allVersionsAndDeletes, allVersions],
]);
