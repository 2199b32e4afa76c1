import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { type Address, parseAddress } from './address.ts';
import type { Admin } from './admin.ts';
import { authorize } from './authorization.ts';
import type { Certificate } from './certificate.ts';
import type { Control } from './control.ts';
import { type Delivery, deliveryOf } from './delivery.ts';
import { exchangeOf } from './exchange.ts';
import { type Exchange, type Fault, faultAllowance, faultReply } from './faults.ts';
import { guard } from './guard.ts';
import { badRequest, Refusal } from './refusal.ts';
import { type Reply, refusalReply } from './reply.ts';
import { header } from './request.ts';
import { readBody } from './request-body.ts';
import type { Route } from './routes.ts';
import type { Store } from './store/store.ts';
import { isUnwritable } from './store/unwritable.ts';

interface ServerOptions {
  readonly control: Control;
  readonly routes: readonly Route[];
  readonly key: string;
  readonly latencyMs: number;
  readonly intercept: (exchange: Exchange) => Fault | undefined;
  readonly admin: Admin | undefined;
  /** What it shows to clients that come by TLS, which are all if there is one. */
  readonly certificate: Certificate | undefined;
  /** When it aborts, requests that wait are not applied any more. */
  readonly signal: AbortSignal;
}

/** A server, not yet listening, that answers everything with JSON. */
export function createGateway(options: ServerOptions): Server {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void respond({ ...options, server, sockets }, request, response);
  };
  const { certificate } = options;
  const server = certificate
    ? createTlsServer({ ...LIMITS, ...certificate }, listener)
    : createServer(LIMITS, listener);
  const sockets = trackSockets(server);
  server.maxConnections = CONNECTIONS_MAX;
  server.on('checkExpectation', listener);
  server.on('clientError', refuseMalformed);
  return server;
}

const LIMITS = {
  // A partition key of 2 KB takes 12 KB when each of its characters is escaped; a path and a session token come on top.
  maxHeaderSize: 32 * 1024,
  headersTimeout: 5000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5000,
  requireHostHeader: false,
  // Longer than clients keep a connection: a write on one that the server just closed fails, and is not tried again.
  keepAliveTimeout: 600_000,
};
/** The official client opens a connection for each request under way, and has no limit of its own. */
const CONNECTIONS_MAX = 1024;

/** The TCP sockets of a server by the port of the client: what TLS makes of one cannot be reset. */
function trackSockets(server: Server): ReadonlyMap<number | undefined, Socket> {
  const sockets = new Map<number | undefined, Socket>();
  server.on('connection', (socket: Socket) => {
    const port = socket.remotePort;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  return sockets;
}

interface Gateway extends ServerOptions {
  readonly server: Server;
  readonly sockets: ReadonlyMap<number | undefined, Socket>;
}

async function respond(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const activityId = header(request.headers, HEADER.activityId) ?? randomUUID();
  const started = performance.now();
  const outcome = await answer(gateway, request, activityId).catch((error) => ({
    reply: refusalReply(refusalOf(error), activityId),
  }));
  if (outcome === 'drop') request.socket.destroy();
  else if (outcome === 'reset') gateway.sockets.get(request.socket.remotePort)?.resetAndDestroy();
  else if (outcome !== 'hang') send(outcome, response, { activityId, started, now: gateway.control.store.clock.now() });
}

/** An answer and the way in which it is sent; or what is done to the connection instead. */
type Outcome = Answer | 'drop' | 'reset' | 'hang';

interface Answer {
  readonly reply: Reply;
  readonly deliver?: Delivery | undefined;
}

async function answer(gateway: Gateway, incoming: IncomingMessage, activityId: string): Promise<Outcome> {
  const { control, admin } = gateway;
  const { method = '', url = '', headers } = incoming;
  guard(incoming, { ...(gateway.server.address() as AddressInfo), isSecure: gateway.certificate !== undefined });
  if (admin?.owns(url)) {
    admin.authorize({ headers });
    const body = await readBody(incoming);
    refuseOtherType(method, headers, body);
    return { reply: admin.answer({ method, url, body }) };
  }
  const { store } = control;
  const address = parseAddress(url);
  authorize({ method, address, headers }, gateway.key, store.clock.now());
  const body = await readBody(incoming);
  refuseOtherType(method, headers, body);
  const { handle, operation } = findRoute(gateway.routes, method, address, incoming);
  const request = { address, headers, body };
  const exchange = exchangeOf({ method, path: url, operation }, request, store);
  const fault = gateway.intercept(exchange) ?? NO_FAULT;
  if ('hang' in fault) return 'hang';
  const delayMs = gateway.latencyMs + (fault.delayMs ?? 0);
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: gateway.signal });
  gateway.signal.throwIfAborted();
  if ('before' in fault) return fault.before;
  const instead = faultReply(fault, exchange, activityId, store.clock.now());
  if (instead) return { reply: instead };
  store.assertSound();
  control.act(fault, exchange);
  const reply = await settled(store, () => handle({ ...request, ...faultAllowance(fault, exchange) }, store));
  return 'after' in fault ? fault.after : { reply, deliver: deliveryOf(fault, gateway.signal) };
}

/** A refusal may be about what another request has written a moment ago, as any answer: it waits for the disk too. */
async function settled(store: Store, handle: () => Reply): Promise<Reply> {
  try {
    return handle();
  } finally {
    await store.settled();
  }
}

const NO_FAULT: Fault = { delayMs: 0 };

function findRoute(routes: readonly Route[], method: string, address: Address, { headers }: IncomingMessage): Route {
  const fitting = routes.filter(({ resource }) => resource === address.resource);
  const route = fitting.find((candidate) => candidate.method === method && (candidate.when?.(headers) ?? true));
  if (route) return route;
  throw new Refusal(METHOD_NOT_ALLOWED, `${method} is not possible here.`);
}

const METHOD_NOT_ALLOWED = 405;

/** A web page can have a browser send forms and plain text anywhere, but not JSON. A patch has no type at all. */
function refuseOtherType(method: string, headers: IncomingHttpHeaders, body: Buffer): void {
  if (body.length === 0 || (method !== 'POST' && method !== 'PUT')) return;
  if (/^application\/(?:query\+)?json\s*(?:;|$)/i.test(headers['content-type'] ?? '')) return;
  throw badRequest('The content-type of the body must be application/json or application/query+json.');
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { message } = error as Error;
  if (isUnwritable(error))
    return new Refusal(STATUS.insufficientStorage, `The embedded data cannot be written: ${message}`);
  return new Refusal(STATUS.internal, `The embedded server failed: ${message}`);
}

interface Timing {
  readonly activityId: string;
  readonly started: number;
  /** By the clock of the server. */
  readonly now: number;
}

function send({ reply, deliver }: Answer, response: ServerResponse, { activityId, started, now }: Timing): void {
  const { status, headers, body } = reply;
  response.writeHead(status, {
    [HEADER.requestCharge]: '1',
    [HEADER.version]: VERSION,
    'x-ms-gatewayversion': GATEWAY,
    'x-ms-request-duration-ms': (performance.now() - started).toFixed(2),
    [SIGN]: '1',
    [HEADER.dateOfAnswer]: new Date(now).toUTCString(),
    [HEADER.activityId]: activityId,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  if (deliver) deliver(response, body ?? '');
  else response.end(body);
}

const VERSION = '2020-07-15';
const GATEWAY = 'version=2.14.0';
/** Tells this server from the service. */
const SIGN = 'x-cosmosflow-test-server';

const BAD_REQUEST = { line: '400 Bad Request', code: 'BadRequest' };
const MALFORMED: Readonly<Record<string, typeof BAD_REQUEST>> = {
  HPE_HEADER_OVERFLOW: { line: '431 Request Header Fields Too Large', code: 'RequestHeaderFieldsTooLarge' },
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', code: 'RequestTimeout' },
};

/** Answers what is not HTTP, or too much of it, without the help of the HTTP parser. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  // It has been answered. A client that is cut off while it sends might not see that.
  if (socket.writableEnded) return;
  if (!socket.writable) return void socket.destroy();
  const { line, code } = MALFORMED[error.code ?? ''] ?? BAD_REQUEST;
  const body = JSON.stringify({ code, message: `The request is not valid HTTP: ${error.message}` });
  const head = [
    `HTTP/1.1 ${line}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `${SIGN}: 1`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

/** How long to read, and to throw away, what a client goes on to send. */
const LINGER_MS = 2000;
