import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { verify, WEBHOOK_HEADER } from '../protocol/webhook.ts';
import { eventsIn } from './events.ts';
import type { Inbox, Receipt } from './inbox.ts';
import type { Mishap } from './mishaps.ts';
import { Refusal } from './refusal.ts';
import { BodyRoom, decode, readBody } from './request-body.ts';
import type { Tally } from './tally.ts';

export interface HttpOptions {
  readonly inbox: Inbox;
  readonly tally: Tally;
  /** The only path that is served. */
  readonly path: string;
  /** Any of them is good for a signature; with none, nothing needs to be signed. */
  readonly secrets: readonly Uint8Array[];
  readonly nextMishap: () => Mishap | undefined;
  /** When it aborts, answers end their connections. */
  readonly signal: AbortSignal;
  /** Told whenever a delivery has been stored. */
  readonly onStored: () => void;
  /** Told of an error that is not the sender's. */
  readonly onFailure: (error: unknown) => void;
}

/** A server, not yet listening, that answers a request with 200 once its events are stored. */
export function createHttp(options: HttpOptions): Server {
  const room = new BodyRoom(BODIES_BYTES_MAX);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void respond({ ...options, room }, request, response);
  };
  const server = createServer(LIMITS, listener);
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 5000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  // Longer than senders keep a connection: a request on one that the server just closed fails.
  keepAliveTimeout: 600_000,
};
const CONNECTIONS_MAX = 1024;
const BODIES_BYTES_MAX = 256 * 1024 * 1024;

interface Post extends HttpOptions {
  readonly room: BodyRoom;
}

async function respond(post: Post, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { signal } = post;
  const outcome = await answer(post, request).catch((error: unknown) => failed(post, error));
  if (outcome === 'hang') return hang(request, signal);
  if (outcome === 'drop') return void request.socket.destroy();
  const body = `${JSON.stringify(outcome.body)}\n`;
  response.writeHead(outcome.status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...(signal.aborted && { connection: 'close' }),
    ...outcome.headers,
  });
  response.end(body);
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

async function answer(post: Post, request: IncomingMessage): Promise<Answer | 'hang' | 'drop'> {
  const { tally, room } = post;
  guard(request, post);
  return await room.lend(async (take) => {
    const { headers } = request;
    const sent = await readBody(request, take);
    authorize(request, sent, post);
    const body = await decode(sent, headers['content-encoding'], take);
    const delivery = { name: nameOf(request), events: eventsIn(body, headers['content-type']) };
    const mishap = post.nextMishap();
    if (mishap !== undefined) tally.failed++;
    if (typeof mishap === 'number') return asked(mishap);
    if (mishap === 'hang') return mishap;
    const receipt: Receipt = await post.inbox.take(delivery);
    tally.received += receipt.accepted;
    tally.duplicates += receipt.duplicates;
    post.onStored();
    return mishap === 'drop' ? mishap : { status: 200, body: receipt };
  });
}

/** Throws for what is no delivery at all, before anything of the body is read. */
function guard({ method, url = '', headers }: IncomingMessage, { path }: Post): void {
  // A web page can have a browser post to this machine, which then says where the page is from.
  if (headers.origin !== undefined) throw new Refusal(403, 'requests from web pages are not taken');
  if (url.split('?')[0] !== path) throw new Refusal(404, `nothing is taken here but at "${path}"`);
  if (method !== 'POST' && method !== 'PUT') throw new Refusal(405, 'POST or PUT it', { allow: 'POST, PUT' });
}

/** Throws unless the body carries a signature, where one is needed. */
function authorize({ headers }: IncomingMessage, body: Buffer, { secrets }: Post): void {
  if (secrets.length === 0) return;
  const [id, timestamp, signature] = [WEBHOOK_HEADER.id, WEBHOOK_HEADER.timestamp, WEBHOOK_HEADER.signature].map(
    (name) => headers[name]?.toString(),
  );
  const verdict = verify({ id, timestamp, signature, body }, secrets, { nowMs: Date.now() });
  if (verdict !== 'genuine') throw new Refusal(401, `the signature is not good: the request is ${verdict}`);
}

function nameOf({ headers }: IncomingMessage): string | undefined {
  return headers[WEBHOOK_HEADER.id]?.toString() ?? headers['idempotency-key']?.toString();
}

/** The answer of a failure that was asked for. */
function asked(status: number): Answer {
  return { status, body: { error: 'asked to fail' }, ...(status === 429 && { headers: { 'retry-after': '1' } }) };
}

/** Until the sender gives up, or there is to be an end. */
function hang({ socket }: IncomingMessage, signal: AbortSignal): void {
  const end = (): void => void socket.destroy();
  signal.addEventListener('abort', end);
  socket.once('close', () => signal.removeEventListener('abort', end));
  if (signal.aborted) end();
}

function failed({ tally, onFailure }: Post, error: unknown): Answer {
  if (error instanceof Refusal) {
    tally.refused++;
    return { status: error.status, headers: error.headers, body: { error: error.message } };
  }
  onFailure(error);
  return { status: 503, body: { error: 'the events could not be stored' } };
}
