import type { CosmosClientOptions } from '@azure/cosmos';
import { HttpFailure, type Reason } from '../http/failure.ts';
import type { Asker } from '../http/message.ts';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { formatDuration } from '../support/duration.ts';
import type { Meter } from '../support/meter.ts';

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

export function exchangeOver(connections: Pick<Asker, 'ask'>, options: TransportOptions): Exchange {
  // Per range: one that answers says nothing of another that does not.
  const failuresInARow = new Map<string, number>();
  let hasAnswered = false;
  return async (request, body = request.body as string | null | undefined) => {
    const place = `${request.url} ${request.headers.get(HEADER.rangeId) ?? ''}`;
    try {
      const response = await send(connections, request, body ?? null, options.signal);
      failuresInARow.delete(place);
      hasAnswered = true;
      options.meter.count(response.status, Number(response.headers.get(HEADER.requestCharge)));
      return response;
    } catch (error) {
      if (options.signal?.aborted) throw new Unreachable('stopped', { cause: error });
      const failures = (failuresInARow.get(place) ?? 0) + 1;
      failuresInARow.set(place, failures);
      if (failures <= FAILOVERS_MAX && !isForUs(error)) throw asTheSdkKnowsIt(error);
      throw unreachable(request, error, { ...options, hasAnswered });
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

/** So often in a row the SDK may try another region; then the failure is ours to wait out. */
const FAILOVERS_MAX = 2;
const CUT_OFF: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);
/** What a success of somebody else is taken for. */
export const BAD_GATEWAY = 502;

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
  connections: Pick<Asker, 'ask'>,
  request: HttpRequest,
  body: Uint8Array | string | null,
  stop: AbortSignal | undefined,
): Promise<RawResponse> {
  const { url, method } = request;
  const [origin, path] = partsOf(url);
  // Not the SDK's signal, which ends a page that is not whole after 2 s where the account fails over by partition.
  const signals = stop ? [stop] : [];
  const answer = await connections.ask({ origin, path, method, headers: request.headers.toJSON(), body }, signals);
  return { status: answer.status, headers: new ResponseHeaders(answer.headers), body: answer.body };
}

/** The SDK has parsed the origin, and escaped the path, so that nothing is left to do but to part them. */
function partsOf(url: string): [origin: string, path: string] {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  return slash < 0 ? [url, '/'] : [url.slice(0, slash), url.slice(slash)];
}

/**
 * What is not HTTP at all is no better in another region. For a connection that was lost the SDK would not look for one,
 * but sleep for a second and ask again.
 */
function isForUs(error: unknown): boolean {
  return isFailure(error, 'not-http') || isCutOff(error);
}

/** Time-outs and unknown hosts make the SDK look for another region; the rest it hands on. */
function asTheSdkKnowsIt(error: unknown): unknown {
  if (!isFailure(error, 'timeout')) return error;
  return Object.assign(new Error(error.message, { cause: error }), { name: 'AbortError' });
}

function isFailure(error: unknown, reason: Reason): error is HttpFailure {
  return error instanceof HttpFailure && error.reason === reason;
}

interface Silence {
  readonly timeoutMs: number;
  /** Whether it has ever answered. */
  readonly hasAnswered: boolean;
}

function unreachable(request: HttpRequest, cause: unknown, silence: Silence): Unreachable {
  const { protocol, host } = new URL(request.url);
  const words = wordsOf(cause, silence);
  // What expects https may hang up at whatever else it hears.
  const isHungUp = isFailure(cause, 'not-http') || (isCutOff(cause) && !silence.hasAnswered);
  const guess =
    isHungUp && protocol === 'http:'
      ? `; is it https? then write cosmos+https://${host}/… or COSMOS_URI=https://…`
      : '';
  return new Unreachable(`no answer from "${host}": ${words}${guess}`, { cause });
}

function wordsOf(cause: unknown, { timeoutMs }: Silence): string {
  if (isFailure(cause, 'timeout')) return `waited ${formatDuration(timeoutMs)}`;
  if (isFailure(cause, 'not-http')) return 'what it says is not HTTP';
  return cause instanceof Error ? cause.message : String(cause);
}

function isCutOff(error: unknown): boolean {
  return CUT_OFF.has((error as NodeJS.ErrnoException).code ?? '');
}

/** Headers in the form that the SDK expects. */
export class ResponseHeaders {
  readonly #values: Map<string, string>;

  /** Takes the map for its own, whose names are in lower case. */
  constructor(headers: Map<string, string> | Readonly<Record<string, string>>) {
    this.#values = headers instanceof Map ? headers : new Map(Object.entries(headers));
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
