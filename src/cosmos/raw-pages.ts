import { randomUUID } from 'node:crypto';
import { FEED, HEADER } from '../protocol/headers.ts';
import { STATUS, SUBSTATUS } from '../protocol/status.ts';
import { assert } from '../support/assert.ts';
import { skipSpace } from '../support/json-bytes.ts';
import {
  BAD_GATEWAY,
  type Exchange,
  type HttpClient,
  type HttpRequest,
  type RawResponse,
  ResponseHeaders,
  respond,
} from './transport.ts';

/**
 * Which queries have raw pages. Where the SDK puts together the results of several ranges, it needs to see those of each;
 * what the service puts together it does not.
 */
export type RawQueries = 'of one range' | 'of all ranges';

/**
 * Keeps documents out of the SDK, which would parse them: it sees a page with one ticket where the documents were, goes
 * on doing addresses, signatures, ranges and retries, and hands the ticket to its caller, who trades it for the bytes.
 */
export class RawPages {
  readonly #pages = new Map<string, RawResponse>();
  readonly #exchange: Exchange;
  /** How often in a row a range has answered that it is gone. */
  readonly #gone = new Map<string, number>();
  readonly #queries: RawQueries;
  /** Nothing in a document looks like a ticket. */
  readonly #tickets = randomUUID();
  #count = 0;

  constructor(exchange: Exchange, queries: RawQueries = 'of one range') {
    this.#exchange = exchange;
    this.#queries = queries;
  }

  readonly httpClient: HttpClient = {
    sendRequest: async (request) => {
      if (this.#queries === 'of one range' && request.headers.has(HEADER.isQueryPlan)) return respond(request, NO_PLAN);
      startAtTime(request);
      const response = await this.#exchange(request);
      this.#assertSettled(request, response);
      if (response.status !== STATUS.ok || !asksForDocuments(request, this.#queries)) return respond(request, response);
      if (!isObject(response.body)) return respond(request, { ...response, status: BAD_GATEWAY });
      const ticket = `${this.#tickets}-${++this.#count}`;
      this.#pages.set(ticket, response);
      return respond(request, { ...response, body: Buffer.from(`{"_rid":"","Documents":["${ticket}"],"_count":1}`) });
    },
  };

  /** The SDK would ask a range that is still splitting again at once, for as long as it takes: that wait is ours. */
  #assertSettled(request: HttpRequest, { status, headers }: RawResponse): void {
    const range = request.headers.get(HEADER.rangeId);
    if (range === undefined) return;
    const times = status === STATUS.gone ? (this.#gone.get(range) ?? 0) + 1 : 0;
    this.#gone.set(range, times);
    const isSplitting = Number(headers.get(HEADER.substatus)) === SUBSTATUS.completingSplit;
    if (times === 0 || (!isSplitting && times <= GONE_MAX)) return;
    this.#gone.delete(range);
    throw Object.assign(new Error(`range ${range} is being split`), { code: STATUS.retryWith });
  }

  /** Whether this is a ticket that has not been used. */
  isTicket(value: unknown): boolean {
    return this.#pages.has(String(value));
  }

  /** The body of the page, as it came over the wire. A ticket is good for one time. */
  take(ticket: unknown): Buffer {
    return this.takeAnswer(ticket).body;
  }

  /** The same with its headers. */
  takeAnswer(ticket: unknown): RawResponse {
    const page = this.#pages.get(String(ticket));
    assert(page !== undefined, `"${ticket}" stands for a page`);
    this.#pages.delete(String(ticket));
    return page;
  }
}

/** Once the SDK has read the ranges anew it asks others; more than this, and the service has not made up its mind. */
const GONE_MAX = 3;

/** The SDK asks for a plan beside each query. Queries that come here need none, so that nobody looks at it. */
const NO_PLAN: RawResponse = { status: STATUS.ok, headers: new ResponseHeaders({}), body: Buffer.from('{}') };

function asksForDocuments(request: HttpRequest, queries: RawQueries): boolean {
  if (!/\/docs\/?$/.test(request.url)) return false;
  if (request.method === 'POST') {
    return request.headers.has(HEADER.isQuery) && request.headers.has(HEADER.rangeId) === (queries === 'of one range');
  }
  return request.method === 'GET' && FEEDS.has(request.headers.get(HEADER.changeFeed)?.toLowerCase() ?? '');
}

const FEEDS: ReadonlySet<string> = new Set(Object.values(FEED));

/** Stands where an etag would, for whatever was written after a second since 1970: the SDK cannot be told a range and a time. */
export function timeToken(seconds: number): string {
  return `after ${seconds}`;
}

const TIME_TOKEN = /^after (\d+)$/;

export function isTimeToken(token: string): boolean {
  return TIME_TOKEN.test(token);
}

function startAtTime({ headers }: HttpRequest): void {
  const seconds = TIME_TOKEN.exec(headers.get(HEADER.ifNoneMatch) ?? '')?.[1];
  if (seconds === undefined) return;
  headers.delete(HEADER.ifNoneMatch);
  headers.set(HEADER.ifModifiedSince, new Date(Number(seconds) * 1000).toUTCString());
}

/** How it begins tells a page of documents from one of HTML. */
function isObject(body: Buffer): boolean {
  return body[skipSpace(body, 0)] === OPEN_OBJECT;
}

const OPEN_OBJECT = 0x7b;
