import { FEED, HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { pageCharge } from '../charge.ts';
import { formatContinuation, parseContinuation } from '../continuation.ts';
import { Page } from '../page.ts';
import { badRequest } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { header, maxItemCount, type Request } from '../request.ts';
import { targetOf } from '../slice.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** A page of documents in the order in which they were created. */
export function readFeed(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const { slice, ranges } = targetOf(request, container);
  const limit = maxItemCount(request.headers, HEADER.maxItemCount, FEED_ITEMS);
  const page = new Page(container.rid);
  let { after } = parseContinuation(request.headers);
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
      ...(more && { [HEADER.continuation]: formatContinuation({ after, taken: 0 }) }),
    },
    body: page.finish(),
  };
}

/** The latest versions of documents after a commit, in the order of commits; 304 when there are none. */
export function readChanges(request: Request, store: Store): Reply {
  const { headers } = request;
  refuseOtherFeed(header(headers, HEADER.changeFeed) ?? '');
  const container = ownerContainer(request, store);
  const { slice, ranges } = targetOf(request, container);
  const [range] = ranges;
  if (!range || ranges.length > 1) throw badRequest('A change feed is read from one range at a time.');
  const after = startOf(header(headers, HEADER.ifNoneMatch), range.lsn);
  const since = timeOf(header(headers, HEADER.ifModifiedSince));
  const limit = maxItemCount(headers, HEADER.maxItemCount, CHANGES_MAX);
  const page = new Page(container.rid);
  let last = after;
  for (const [lsn, body] of container.documents.changes({ ...slice, range: range.id }, after, since)) {
    // A continuation is the number of a commit: a page that ended inside one would lose the rest of it.
    if (lsn !== last && (page.count >= limit || !page.fits(body.length))) break;
    page.addChange(body, lsn);
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

function refuseOtherFeed(mode: string): void {
  if (mode.toLowerCase() === FEED.latestVersion) return;
  if (mode.toLowerCase() === FEED.allVersionsAndDeletes) {
    throw badRequest('The all-versions-and-deletes change feed is not supported yet by the embedded server.');
  }
  throw badRequest(`"${mode}" is not a change feed: the a-im header is "Incremental Feed" or "Full-Fidelity Feed".`);
}

/** The commit after which to read. */
function startOf(etag: string | undefined, lsn: number): number {
  if (etag === undefined) return 0;
  if (etag === '*') return lsn;
  const number = /^"?(\d{1,15})"?$/.exec(etag)?.[1];
  if (number !== undefined && Number(number) <= lsn) return Number(number);
  throw badRequest(`The etag ${etag} is not a position in the change feed of this range.`);
}

/** The second after which to read. Some clients write `UTC` for `GMT`. */
function timeOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badRequest(`"${text}" is not a date.`);
  return Math.floor(time / 1000);
}
