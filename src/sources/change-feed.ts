import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeFeedStartFrom } from '@azure/cosmos';
import type { LimitFunction } from 'p-limit';
import type { Change, Continuation, Page, Position, Range, Source } from '../contract.ts';
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

export interface ChangeFeedOptions {
  /** A hint: a page never ends inside a transaction, so it may be larger. */
  readonly maxItemCount: number;
  /** Go on after the end, waiting `pollMs` whenever there is nothing new. */
  readonly follow: boolean;
  readonly pollMs: number;
  /** Shared by all ranges: how many pages are read at once. */
  readonly limit: LimitFunction;
  /** Cuts requests off when it aborts, so that a stop need not wait for a slow server. */
  readonly signal: AbortSignal;
}

/**
 * The latest-version change feed of a container: every document once, then every change, oldest first within a range.
 * An empty page says that the range is caught up. One iterator of the SDK per range: its iterator over the whole
 * container forgets where ranges start that it has not visited yet.
 */
export function changeFeed(connection: Connection, facts: ContainerFacts, options: ChangeFeedOptions): Source {
  const reader = connection.reader(options.signal);
  return {
    starts: async () => {
      const ranges = await readRanges(containerOf(connection.client, facts));
      return ranges.map(({ min, max }) => ({ range: { min, max }, resumeAt: undefined }));
    },
    pages: (range, from, signal) => read({ reader, facts, options, range, from, signal }),
  };
}

interface Reading {
  readonly reader: ReturnType<Connection['reader']>;
  readonly facts: ContainerFacts;
  readonly options: ChangeFeedOptions;
  readonly range: Range;
  readonly from: Continuation | undefined;
  readonly signal: AbortSignal;
}

interface SdkToken {
  readonly rid: string;
  readonly Continuation: readonly {
    readonly minInclusive: string;
    readonly maxExclusive: string;
    readonly continuationToken?: string;
  }[];
}

const DOCUMENTS = Buffer.from('Documents');
const RID = Buffer.from('_rid');
/** What the SDK says of a position in a container that had the name before. */
const OTHER_CONTAINER = /continuation token is not for the current container/;

async function* read(reading: Reading): AsyncGenerator<Page> {
  const { reader, facts, options, range, from, signal } = reading;
  const { client, pages } = reader;
  const key = new DocumentKey(facts.partitionKey);
  const iterator = containerOf(client, facts).items.getChangeFeedIterator({
    maxItemCount: options.maxItemCount,
    changeFeedStartFrom: ChangeFeedStartFrom.Continuation(sdkToken(range, from, facts)),
  });
  while (!signal.aborted) {
    const response = await options
      .limit(() => iterator.readNext())
      .catch(async (error: unknown) => {
        if (!signal.aborted) throw await whyRefused(error, reading);
      });
    if (!response) return;
    const rid = response.headers[HEADER.contentPath];
    if (rid !== undefined && rid !== facts.rid) throw recreated(facts);
    const caughtUp = response.statusCode === STATUS.notModified;
    if (!caughtUp && response.statusCode !== STATUS.ok) throw gone(response.statusCode, response.subStatusCode);
    const body = caughtUp ? undefined : pages.take(response.result[0]);
    const changes = body ? changesIn(body, key, facts) : [];
    const positions = positionsIn(response.continuationToken, facts);
    const lag = lagIn(response.sessionToken, positions);
    const resumeAt = (positions[0] as Position).resumeAt as Continuation;
    const page = { changes, resumeAt, lag, ...(body && { release: () => buffers.giveBack(body) }) };
    if (positions.length > 1) {
      yield { ...page, split: positions };
      return;
    }
    yield page;
    if (caughtUp && !options.follow) return;
    if (caughtUp) await sleep(options.pollMs, undefined, { signal }).catch(unlessStopped(signal));
  }
}

/** A position that makes no sense to the container may be one of a container that had its name before. */
async function whyRefused(error: unknown, { reader, facts }: Reading): Promise<unknown> {
  if (OTHER_CONTAINER.test(String(error))) return recreated(facts);
  if (faultOf(error)?.status !== STATUS.badRequest) return error;
  const now = await findContainer(reader.client, facts);
  return now && now.rid !== facts.rid ? recreated(facts) : error;
}

function changesIn(page: Buffer, key: DocumentKey, facts: ContainerFacts): Change[] {
  // The SDK goes by names: an iterator of a container that was created again goes on in the middle of the new one.
  const rid = findMember(page, 0, RID);
  if (rid >= 0 && JSON.parse(page.toString('utf8', rid, skipValue(page, rid))) !== facts.rid) throw recreated(facts);
  const spans = jsonScanner.elementSpans(page, findMember(page, 0, DOCUMENTS));
  const changes: Change[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    changes.push(new FeedChange(page.subarray(spans[at], spans[at + 1]), key));
  }
  return changes;
}

/** Looks for its key when it is first asked: who passes documents on as they are need not pay for it. */
class FeedChange implements Change {
  readonly kind = 'upsert';
  readonly document: Buffer;
  readonly #reader: DocumentKey;
  #key: string | undefined;

  constructor(document: Buffer, reader: DocumentKey) {
    this.document = document;
    this.#reader = reader;
  }

  get key(): string {
    if (this.#key === undefined) {
      this.#reader.scan(this.document, 0);
      this.#key = this.#reader.key;
    }
    return this.#key;
  }
}

/** A position of ours in the SDK's clothes. An empty token is its way to say "from the beginning". */
function sdkToken({ min, max }: Range, from: Continuation | undefined, facts: ContainerFacts): string {
  const { rid } = facts;
  const stored = from === undefined ? { rid, etag: '' } : (JSON.parse(from) as { rid: string; etag: string });
  if (stored.rid !== rid) throw recreated(facts);
  const Continuation = [{ minInclusive: min, maxExclusive: max, continuationToken: stored.etag }];
  return JSON.stringify({ rid, Continuation } satisfies SdkToken);
}

/** More than one when the range has split: the SDK then lists the successors, each with its own position. */
function positionsIn(token: string, { rid }: ContainerFacts): Position[] {
  const { Continuation } = JSON.parse(token) as SdkToken;
  // The SDK forgets the position of a successor that is refused with 410 while another one answers.
  if (Continuation.some(({ continuationToken }) => continuationToken === undefined)) throw gone(STATUS.gone, 0);
  return Continuation.map(({ minInclusive, maxExclusive, continuationToken }) => ({
    range: { min: minInclusive, max: maxExclusive },
    resumeAt: JSON.stringify({ rid, etag: continuationToken }) as Continuation,
  })).toSorted((a, b) => (a.range.min < b.range.min ? -1 : 1));
}

/** The session token ends in the newest sequence number of the physical range, and the etag is that of the page. */
function lagIn(sessionToken: string | undefined, positions: readonly Position[]): number {
  const newest = Number(/#(\d+)/.exec(sessionToken ?? '')?.[1] ?? Number.NaN);
  const here = Math.max(...positions.map(({ resumeAt }) => Number(/(\d+)/.exec(etagOf(resumeAt))?.[1] ?? 0)));
  return Number.isNaN(newest) ? 0 : Math.max(0, newest - here);
}

function etagOf(resumeAt: Continuation | undefined): string {
  return resumeAt === undefined ? '' : String((JSON.parse(resumeAt) as { etag: string }).etag);
}

function recreated({ database, container }: ContainerFacts): FlowError {
  return new FlowError(
    'container_recreated',
    `"${database}/${container}" is not the container that the checkpoint was made for`,
    { hint: 'it was deleted and created again; copy it anew with --restart' },
  );
}

function gone(status: number, substatus: number | undefined): Error {
  return Object.assign(new Error(`the change feed answered ${status}/${substatus ?? 0}`), { code: status, substatus });
}

function unlessStopped(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
