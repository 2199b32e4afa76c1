import type { CosmosClientOptions } from '@azure/cosmos';
import { Agent, type Dispatcher, errors } from 'undici';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { formatDuration } from '../support/duration.ts';
import type { Meter } from '../support/meter.ts';
import { ask } from './answer.ts';

export type HttpClient = NonNullable<CosmosClientOptions['httpClient']>;
export type HttpRequest = Parameters<HttpClient['sendRequest']>[0];
export type HttpResponse = Awaited<ReturnType<HttpClient['sendRequest']>>;

/** Sends one request of the SDK. Only `body` differs from transport to transport: raw bytes in, raw bytes out. */
export type Exchange = (request: HttpRequest, body?: Uint8Array | string | null) => Promise<RawResponse>;

export interface RawResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body: Buffer;
}

export interface TransportOptions {
  readonly meter: Meter;
  /** What the connections wait, for words about it. */
  readonly timeoutMs: number;
  /** Cuts requests off when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A request that got no answer. The SDK does not retry it, so that waiting is bounded by us and can be stopped. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  readonly code = 'COSMOSFLOW_UNREACHABLE';
}

/** Connections that wait `timeoutMs` to be made, for the head of an answer, and between two pieces of its body. */
export function openAgent(timeoutMs: number, ca?: string): Agent {
  return new Agent({
    connect: { timeout: timeoutMs, ...(ca && { ca }) },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: RESPONSE_BYTES_MAX,
  });
}

export function exchangeOver(agent: Dispatcher, options: TransportOptions): Exchange {
  // Per range: one that answers says nothing of another that does not.
  const failuresInARow = new Map<string, number>();
  return async (request, body = request.body as string | null | undefined) => {
    const place = `${request.url} ${request.headers.get(HEADER.rangeId) ?? ''}`;
    try {
      const response = await send(agent, request, body ?? null, options.signal);
      failuresInARow.delete(place);
      options.meter.count(response.status, Number(response.headers.get(HEADER.requestCharge)));
      return response;
    } catch (error) {
      if (options.signal?.aborted) throw new Unreachable('stopped', { cause: error });
      if (request.abortSignal?.aborted) throw unreachable(request, new Error('it took too long', { cause: error }));
      const failures = (failuresInARow.get(place) ?? 0) + 1;
      failuresInARow.set(place, failures);
      // What is not HTTP at all has no code that anybody knows, and is no better in another region.
      if (failures <= FAILOVERS_MAX && !(error instanceof errors.HTTPParserError)) throw asTheSdkKnowsIt(error);
      throw unreachable(request, error, options.timeoutMs);
    }
  };
}

/** The transport that the SDK gets when nothing about it is special. */
export function plainClient(exchange: Exchange): HttpClient {
  return { sendRequest: async (request) => respond(request, await exchange(request)) };
}

export function respond(request: HttpRequest, { status, headers, body }: RawResponse): HttpResponse {
  const text = body.toString('utf8');
  if (text === '' ? status < STATUS.badRequest : isJson(text)) return { request, status, headers, bodyAsText: text };
  // A success that is not JSON is somebody else's, say the login page of a proxy.
  const refused = status < STATUS.badRequest ? BAD_GATEWAY : status;
  return { request, status: refused, headers, bodyAsText: refusal(text) };
}

/** Azure Cosmos DB answers at most 4 MB; a transaction may make a change-feed page larger than that. */
const RESPONSE_BYTES_MAX = 32 * 1024 * 1024;
/** So often in a row the SDK may try another region; then the failure is ours to wait out. */
const FAILOVERS_MAX = 2;
const BAD_GATEWAY = 502;

/** Objects and arrays are all that the protocol has; how a text begins tells them from a page of HTML. */
function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text);
}

/** The SDK takes every refusal for JSON, and breaks on the pages and empty answers of gateways and proxies. */
function refusal(text: string): string {
  const words = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return JSON.stringify({ message: words || 'no reason given' });
}

async function send(
  agent: Dispatcher,
  request: HttpRequest,
  body: Uint8Array | string | null,
  stop: AbortSignal | undefined,
): Promise<RawResponse> {
  const { origin } = new URL(request.url);
  const signals = [request.abortSignal as AbortSignal | undefined, stop].filter((signal) => signal !== undefined);
  const options = {
    origin,
    path: request.url.slice(origin.length) || '/',
    method: request.method as Dispatcher.HttpMethod,
    headers: request.headers.toJSON(),
    body,
  };
  const answer = await ask(agent, options, AbortSignal.any(signals));
  return { status: answer.status, headers: new ResponseHeaders(answer.headers), body: answer.body };
}

/** Time-outs and unknown hosts make the SDK look for another region; the rest it hands on. */
function asTheSdkKnowsIt(error: unknown): unknown {
  if (!isTimeout(error)) return error;
  return Object.assign(new Error(error.message, { cause: error }), { name: 'AbortError' });
}

function isTimeout(error: unknown): error is Error {
  return (
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    error instanceof errors.ConnectTimeoutError
  );
}

function unreachable(request: HttpRequest, cause: unknown, timeoutMs?: number): Unreachable {
  return new Unreachable(`no answer from "${new URL(request.url).host}": ${wordsOf(cause, timeoutMs)}`, { cause });
}

function wordsOf(cause: unknown, timeoutMs: number | undefined): string {
  if (timeoutMs !== undefined && isTimeout(cause)) return `waited ${formatDuration(timeoutMs)}`;
  if (cause instanceof errors.HTTPParserError) {
    return 'what it says is not HTTP; is it https? then set COSMOS_URI=https://…';
  }
  return cause instanceof Error ? cause.message : String(cause);
}

/** Headers in the form that the SDK expects. */
export class ResponseHeaders {
  readonly #values: Map<string, string>;

  constructor(headers: Readonly<Record<string, string | string[] | undefined>>) {
    this.#values = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string | number | boolean): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#values[Symbol.iterator]();
  }
}
