import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeFeedMode, ChangeFeedStartFrom } from '@azure/cosmos';
import type { LimitFunction } from 'p-limit';
import type { Change, Page, Position, Range, Source } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf, findContainer } from '../cosmos/container.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { faultOf } from '../cosmos/faults.ts';
import { readRanges } from '../cosmos/routing.ts';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { buffers } from '../support/buffers.ts';
import { FlowError } from '../support/error.ts';
import { findMember, skipValue } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';
import { FeedChange } from './feed-change.ts';
import {
  continuationOf,
  type FeedPoint,
  gone,
  lagIn,
  pointOf,
  positionsIn,
  recreated,
  sdkToken,
  startPoint,
} from './feed-position.ts';
import { clipped, EVERYWHERE, type FeedScope } from './feed-scope.ts';
import type { FeedStart } from './feed-start.ts';
import { VersionChange } from './version-change.ts';

export type FeedMode = 'latest version' | 'all versions and deletes';

export interface ChangeFeedOptions {
  /** A hint: a page never ends inside a transaction, so it may be larger. */
  readonly maxItemCount: number;
  /** Go on after the end, asking less and less often while there is nothing new, down to once in `pollMs`. */
  readonly follow: boolean;
  readonly pollMs: number;
  /** Shared by all ranges: how many pages are read at once. */
  readonly limit: LimitFunction;
  /** Cuts requests off when it aborts, so that a stop need not wait for a slow server. */
  readonly signal: AbortSignal;
  /** Of the latest versions unless it says otherwise. All versions begin now, or where they were read to before. */
  readonly mode?: FeedMode;
  /** The beginning unless it says otherwise. */
  readonly start?: FeedStart;
  /** Everything unless it says otherwise. */
  readonly scope?: FeedScope;
}

/**
 * The change feed of a container, oldest first within a range. In latest-version mode that is every document once, then
 * every change; else every version and every deletion. An empty page says that the range is caught up. One iterator of
 * the SDK per range: its iterator over the whole container forgets where ranges start that it has not visited yet.
 */
export function changeFeed(connection: Connection, facts: ContainerFacts, options: ChangeFeedOptions): Source {
  const { start = 'beginning', scope = EVERYWHERE } = options;
  const reader = connection.reader(options.signal);
  return {
    whole: scope.whole,
    starts: async () => {
      const ranges = clipped(await readRanges(containerOf(connection.client, facts)), scope.whole);
      if (start === 'beginning') return ranges.map((range) => ({ range, resumeAt: undefined }));
      const point = startPoint(start, facts);
      // A time is a position as it is: no range need be asked for it.
      if (typeof start === 'object') return ranges.map((range) => ({ range, resumeAt: continuationOf(point) }));
      const found = await Promise.all(ranges.map((range) => endOf({ reader, facts, options, range, point })));
      return found.flat();
    },
    pages: (range, from, signal) =>
      read({ reader, facts, options, range, point: pointOf(from, start, facts) }, scope, signal),
  };
}

interface Reading {
  readonly reader: ReturnType<Connection['reader']>;
  readonly facts: ContainerFacts;
  readonly options: ChangeFeedOptions;
  readonly range: Range;
  readonly point: FeedPoint;
}

interface Answer {
  /** `undefined` when there is nothing new. */
  readonly body: Buffer | undefined;
  /** One, unless the range has split. */
  readonly positions: readonly Position[];
  readonly lag: number;
}

const FIRST_POLL_MS = 20;

async function* read(reading: Reading, scope: FeedScope, signal: AbortSignal): AsyncGenerator<Page> {
  const { options, facts, point } = reading;
  const key = new DocumentKey(facts.partitionKey);
  const next = answers(reading);
  for (let idle = 0; !signal.aborted; ) {
    const answer = await next().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
    if (!answer) return;
    const { body, positions, lag } = answer;
    const changes = body ? within(changesIn(body, key, reading), key, scope, point) : [];
    const resumeAt = (positions[0] as Position).resumeAt;
    const hasMore = body !== undefined && changes.length === 0;
    const page = { changes, resumeAt, lag, hasMore, ...(body && { release: () => buffers.giveBack(body) }) };
    if (positions.length > 1) {
      yield { ...page, split: positions };
      return;
    }
    yield page;
    idle = body ? 0 : idle + 1;
    if (body) continue;
    if (!options.follow) return;
    const pollMs = Math.min(options.pollMs, FIRST_POLL_MS * 2 ** (idle - 1));
    await sleep(pollMs, undefined, { signal }).catch(unlessStopped(signal));
  }
}

/** Where a range ends now: one position, or more when it has just split. */
async function endOf(reading: Reading): Promise<readonly Position[]> {
  for (const next = answers(reading); ; ) {
    const { body, positions } = await next();
    if (body) buffers.giveBack(body);
    else return positions;
  }
}

/** Asks for the next page of a range each time it is called. */
function answers(reading: Reading): () => Promise<Answer> {
  const { reader, facts, options, range, point } = reading;
  const { client, pages } = reader;
  const iterator = containerOf(client, facts).items.getChangeFeedIterator({
    maxItemCount: options.maxItemCount,
    changeFeedStartFrom: ChangeFeedStartFrom.Continuation(sdkToken(range, point)),
    changeFeedMode:
      options.mode === 'all versions and deletes' ? ChangeFeedMode.AllVersionsAndDeletes : ChangeFeedMode.LatestVersion,
  });
  return async () => {
    const response = await options
      .limit(() => iterator.readNext())
      .catch(async (error: unknown) => {
        throw options.signal.aborted ? error : await whyRefused(error, reading);
      });
    const rid = response.headers[HEADER.contentPath];
    if (rid !== undefined && rid !== facts.rid) throw recreated(facts);
    const isEnd = response.statusCode === STATUS.notModified;
    if (!isEnd && response.statusCode !== STATUS.ok) throw gone(response.statusCode, response.subStatusCode);
    const body = isEnd ? undefined : pages.take(response.result[0]);
    const positions = positionsIn(response.continuationToken, point);
    return { body, positions, lag: lagIn(response.sessionToken, positions) };
  };
}

/** What the SDK says of a position in a container that had the name before. */
const OTHER_CONTAINER = /continuation token is not for the current container/;

/** A position that makes no sense to the container may be one of a container that had its name before. */
async function whyRefused(error: unknown, { reader, facts, options, point }: Reading): Promise<unknown> {
  if (OTHER_CONTAINER.test(String(error))) return recreated(facts);
  const fault = faultOf(error);
  if (fault?.status !== STATUS.badRequest) return error;
  const now = await findContainer(reader.client, facts);
  if (now && now.rid !== facts.rid) return recreated(facts);
  if (options.mode !== 'all versions and deletes') return error;
  return point.etag === '*' ? notRetained(facts, fault.message, error) : expired(facts, fault.message, error);
}

const DOCUMENTS = Buffer.from('Documents');
const RID = Buffer.from('_rid');

function changesIn(page: Buffer, key: DocumentKey, { facts, options }: Reading): Change[] {
  // The SDK goes by names: an iterator of a container that was created again goes on in the middle of the new one.
  const rid = findMember(page, 0, RID);
  if (rid >= 0 && JSON.parse(page.toString('utf8', rid, skipValue(page, rid))) !== facts.rid) throw recreated(facts);
  const spans = jsonScanner.elementSpans(page, findMember(page, 0, DOCUMENTS));
  const isVersions = options.mode === 'all versions and deletes';
  const changes: Change[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    const item = page.subarray(spans[at], spans[at + 1]);
    changes.push(isVersions ? new VersionChange(item, key, facts.partitionKey.paths) : new FeedChange(item, key));
  }
  return changes;
}

/** What lies in the scope, and is not older than what is wanted. */
function within(changes: Change[], key: DocumentKey, { holds }: FeedScope, { since }: FeedPoint): Change[] {
  if (!holds && since === undefined) return changes;
  return changes.filter(({ document, time }) => {
    if (since !== undefined && (time ?? since) < since) return false;
    if (!holds) return true;
    key.scan(document as Buffer, 0);
    return holds(key);
  });
}

function notRetained({ database, container }: ContainerFacts, message: string, cause: unknown): FlowError {
  return new FlowError('configuration', `"${database}/${container}" has no feed of all versions: ${message}`, {
    hint: 'give the container a changeFeedPolicy that retains versions (produce --retain-versions 4h makes such a container), or the account continuous backups; or read the latest versions',
    cause,
  });
}

function expired({ database, container }: ContainerFacts, message: string, cause: unknown): FlowError {
  return new FlowError('position_expired', `"${database}/${container}" refused the position to go on at: ${message}`, {
    hint: 'what happened since then is not to be had any more; to begin anew, from now, add --restart',
    cause,
  });
}

function unlessStopped(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
