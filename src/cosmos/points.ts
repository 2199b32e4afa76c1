import type { Container, ItemDefinition, ItemResponse, RequestOptions } from '@azure/cosmos';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { type Exchange, type HttpClient, type HttpRequest, respond } from './transport.ts';

/** Where one document is. */
export interface Point {
  readonly id: string;
  /** JSON text of the partition key: an array, `{}` for a missing property. */
  readonly partitionKey: string;
}

export interface StoredDocument {
  /** As it came over the wire. */
  readonly text: Buffer;
  readonly etag: string;
}

/**
 * Reads and writes single documents as bytes. The SDK is given a ticket for each request and does addresses, signatures,
 * sessions and retries; on its way out the request gets the key and the body that it is for, and of its answer the body
 * is kept.
 */
export class Points {
  readonly #open = new Map<string, Ticket>();
  readonly #exchange: Exchange;
  #count = 0;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  readonly httpClient: HttpClient = {
    sendRequest: async (request) => {
      const ticket = this.#ticketOf(request);
      if (!ticket) return respond(request, await this.#exchange(request));
      request.headers.set(HEADER.partitionKey, ascii(ticket.point.partitionKey));
      // Of what is written, nobody wants to see it again.
      if (ticket.body) request.headers.set(HEADER.prefer, 'return=minimal');
      const answer = await this.#exchange(request, ticket.body ?? null);
      if (answer.status >= STATUS.badRequest) return respond(request, answer);
      ticket.answer = answer.body;
      return respond(request, { ...answer, body: NOTHING });
    },
  };

  /** `undefined` when it is not there. */
  async read(container: Container, point: Point): Promise<StoredDocument | undefined> {
    const ticket: Ticket = { point };
    // The SDK takes a document that is not there for an answer, and everything else for an error.
    const { statusCode, headers, substatus } = await this.#ask(ticket, (options) =>
      container.item(point.id, ANY_KEY).read(options),
    );
    if (statusCode === STATUS.notFound && !substatus) return undefined;
    if (!ticket.answer)
      throw Object.assign(new Error(`a read answered ${statusCode}`), { code: statusCode, substatus });
    return { text: ticket.answer, etag: String(headers[HEADER.etag]) };
  }

  /** Creates a document with exactly this text. */
  async create(container: Container, point: Point, body: Buffer): Promise<void> {
    await this.#ask({ point, body }, (options) => container.items.create({ id: point.id }, options));
  }

  /** Replaces a document by exactly this text, if it still is the version with this etag. */
  async replace(container: Container, point: Point, body: Buffer, etag: string): Promise<void> {
    await this.#ask({ point, body }, (options) =>
      container.item(point.id, ANY_KEY).replace({ id: point.id }, { ...options, ...ifMatch(etag) }),
    );
  }

  /** Deletes a document, if it still is the version with this etag. */
  async remove(container: Container, point: Point, etag: string): Promise<void> {
    await this.#ask({ point }, (options) => container.item(point.id, ANY_KEY).delete({ ...options, ...ifMatch(etag) }));
  }

  async #ask(
    ticket: Ticket,
    ask: (options: RequestOptions) => Promise<ItemResponse<ItemDefinition>>,
  ): Promise<ItemResponse<ItemDefinition>> {
    const number = String(++this.#count);
    this.#open.set(number, ticket);
    try {
      return await ask({ initialHeaders: { [TICKET]: number } });
    } finally {
      this.#open.delete(number);
    }
  }

  #ticketOf(request: HttpRequest): Ticket | undefined {
    const number = request.headers.get(TICKET);
    if (number === undefined) return undefined;
    request.headers.delete(TICKET);
    return this.#open.get(number);
  }
}

interface Ticket {
  readonly point: Point;
  readonly body?: Buffer;
  answer?: Buffer;
}

const TICKET = 'x-cosmosflow-ticket';
/** What the SDK is told; it would spell some keys otherwise than they are. */
const ANY_KEY = 'cosmosflow';
const NOTHING = Buffer.from('{}');

function ifMatch(etag: string): RequestOptions {
  return { accessCondition: { type: 'IfMatch', condition: etag } };
}

/** Headers hold no other characters. */
function ascii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
