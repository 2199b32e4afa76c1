import type { Container } from '@azure/cosmos';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { assert } from '../support/assert.ts';
import { skipSpace } from '../support/json-bytes.ts';
import { type Outcome, outcomesIn } from './outcomes.ts';
import { BAD_GATEWAY, type Exchange, type HttpClient, type HttpRequest, respond } from './transport.ts';

export interface BatchAnswer {
  /** One per operation, in order. */
  readonly outcomes: readonly Outcome[];
  /** Of the container that took the batch, where the service says it: names can change hands. */
  readonly containerRid: string | undefined;
  /** The answer as it came over the wire, which has the documents that were read. */
  readonly body: Buffer;
}

/**
 * Posts batches of independent operations with a body of our making. The SDK is given a batch with a ticket in it and
 * does addresses, signatures, sessions, retries of throttled requests and regional fail-over for that; on the way out
 * the ticket is traded for the real body, and the batch made non-atomic and addressed to a physical range. Of the answer
 * it sees that there is one.
 */
export class Batches {
  readonly #waiting = new Map<string, Ticket>();
  readonly #exchange: Exchange;
  #count = 0;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  readonly httpClient: HttpClient = {
    sendRequest: async (request) => {
      const batch = this.#waiting.get(ticketOf(request) ?? '');
      if (!batch) return respond(request, await this.#exchange(request));
      request.headers.set(HEADER.batchAtomic, 'false');
      request.headers.set(HEADER.batchContinueOnError, 'true');
      request.headers.set(HEADER.rangeId, batch.rangeId);
      request.headers.delete(HEADER.partitionKey);
      const answer = await this.#exchange(request, batch.body);
      if (answer.status >= STATUS.badRequest) return respond(request, answer);
      if (!isArray(answer.body)) return respond(request, { ...answer, status: BAD_GATEWAY });
      batch.answer = answer.body;
      return respond(request, { ...answer, body: NOTHING });
    },
  };

  /** Rejects when the request as a whole failed. */
  async post(container: Container, rangeId: string, body: Buffer, { reads = false } = {}): Promise<BatchAnswer> {
    const ticket = `${TICKET}${++this.#count}`;
    const batch: Ticket = { rangeId, body };
    this.#waiting.set(ticket, batch);
    try {
      const options = { contentResponseOnWriteEnabled: reads };
      const response = await container.items.batch([{ operationType: 'Read', id: ticket }], ticket, options);
      const { answer } = batch;
      assert(answer !== undefined, 'a batch is answered with an array');
      const containerRid = response.headers?.[HEADER.contentPath];
      return {
        outcomes: outcomesIn(answer),
        containerRid: containerRid === undefined ? undefined : String(containerRid),
        body: answer,
      };
    } finally {
      this.#waiting.delete(ticket);
    }
  }
}

interface Ticket {
  readonly rangeId: string;
  readonly body: Buffer;
  answer?: Buffer;
}

const NOTHING = Buffer.from('[]');
const OPEN_ARRAY = 0x5b;
const TICKET = 'cosmosflow-batch-';

function ticketOf(request: HttpRequest): string | undefined {
  if (request.method !== 'POST' || !request.headers.has(HEADER.isBatch)) return undefined;
  return /"(cosmosflow-batch-\d+)"/.exec(String(request.body))?.[1];
}

function isArray(text: Buffer): boolean {
  return text[skipSpace(text, 0)] === OPEN_ARRAY;
}
