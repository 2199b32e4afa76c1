import { FEED, HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { assert } from '../support/assert.ts';
import { type Exchange, type HttpClient, type HttpRequest, respond } from './transport.ts';

/**
 * Keeps documents out of the SDK, which would parse them: it sees a page with one ticket where the documents were, goes
 * on doing addresses, signatures, ranges and retries, and hands the ticket to its caller, who trades it for the bytes.
 */
export class RawPages {
  readonly #pages = new Map<string, Buffer>();
  readonly #exchange: Exchange;
  #count = 0;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  readonly httpClient: HttpClient = {
    sendRequest: async (request) => {
      const response = await this.#exchange(request);
      if (response.status !== STATUS.ok || !asksForDocuments(request)) return respond(request, response);
      const ticket = `page-${++this.#count}`;
      this.#pages.set(ticket, response.body);
      return respond(request, { ...response, body: Buffer.from(`{"_rid":"","Documents":["${ticket}"],"_count":1}`) });
    },
  };

  /** The body of the page, as it came over the wire. A ticket is good for one time. */
  take(ticket: unknown): Buffer {
    const page = this.#pages.get(String(ticket));
    assert(page !== undefined, `"${ticket}" stands for a page`);
    this.#pages.delete(String(ticket));
    return page;
  }
}

function asksForDocuments(request: HttpRequest): boolean {
  if (!/\/docs\/?$/.test(request.url)) return false;
  return request.method === 'GET' && request.headers.get(HEADER.changeFeed)?.toLowerCase() === FEED.latestVersion;
}
