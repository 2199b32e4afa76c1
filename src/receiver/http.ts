import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { verify, WEBHOOK_HEADER } from '../protocol/webhook.ts';
import { eventsIn } from './events.ts';
import { type Intake, refusalOf, take } from './intake.ts';
import { Refusal } from './refusal.ts';
import { decode, readBody } from './request-body.ts';

export interface HttpOptions extends Intake {
  /** The only path that is served. */
  readonly path: string;
  /** Any of them is good for a signature; with none, nothing needs to be signed. */
  readonly secrets: readonly Uint8Array[];
}

/** A server, not yet listening, that answers a request with 200 once its events are stored. */
export function createHttp(options: HttpOptions): Server {
  const server = createServer(LIMITS, (request, response) => {
    response.once('close', options.work.begin());
    void respond(options, request, response);
  });
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

async function respond(options: HttpOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { signal } = options;
  const outcome = await answer(options, request).catch((error: unknown) => {
    const { status, headers, message } = refusalOf(error, options);
    return { status, headers, body: { error: message } };
  });
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

async function answer(options: HttpOptions, request: IncomingMessage): Promise<Answer | 'hang' | 'drop'> {
  guard(request, options);
  return await options.room.lend(async (lend) => {
    const { headers } = request;
    const sent = await readBody(request, lend);
    authorize(request, sent, options);
    const body = await decode(sent, headers['content-encoding'], lend);
    const delivery = { name: nameOf(request), events: eventsIn(body, headers['content-type']) };
    const outcome = await take(delivery, options);
    if (typeof outcome === 'number') return asked(outcome);
    return typeof outcome === 'string' ? outcome : { status: 200, body: outcome };
  });
}

/** Throws for what is no delivery at all, before anything of the body is read. */
function guard({ method, url = '', headers }: IncomingMessage, { path }: HttpOptions): void {
  // A web page can have a browser post to this machine, which then says where the page is from.
  if (headers.origin !== undefined) throw new Refusal(403, 'requests from web pages are not taken');
  if (url.split('?')[0] !== path) throw new Refusal(404, `nothing is taken here but at "${path}"`);
  if (method !== 'POST' && method !== 'PUT') throw new Refusal(405, 'POST or PUT it', { allow: 'POST, PUT' });
}

/** Throws unless the body carries a signature, where one is needed. */
function authorize({ headers }: IncomingMessage, body: Buffer, { secrets }: HttpOptions): void {
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
