import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { type Address, parseAddress } from './address.ts';
import { authorize } from './authorization.ts';
import { type Exchange, type Fault, faultRefusal } from './faults.ts';
import { guard } from './guard.ts';
import { badRequest, Refusal } from './refusal.ts';
import { type Reply, refusalReply } from './reply.ts';
import { header } from './request.ts';
import { readBody } from './request-body.ts';
import type { Route } from './routes.ts';
import type { Store } from './store/store.ts';

interface ServerOptions {
  readonly store: Store;
  readonly routes: readonly Route[];
  readonly key: string;
  readonly latencyMs: number;
  readonly intercept: ((exchange: Exchange) => Fault | undefined) | undefined;
  /** When it aborts, requests that wait are not applied any more. */
  readonly signal: AbortSignal;
}

/** A server, not yet listening, that answers everything with JSON. */
export function createGateway(options: ServerOptions): Server {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    void respond(options, request, response, server);
  };
  const server = createServer(LIMITS, listener);
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

async function respond(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  server: Server,
): Promise<void> {
  const activityId = header(request.headers, HEADER.activityId) ?? randomUUID();
  const started = performance.now();
  const reply = await answer(options, request, server).catch((error) => refusalReply(refusalOf(error), activityId));
  if (reply === DROP) request.socket.destroy();
  else if (reply !== HANG) send(reply, response, { activityId, started });
}

/** Cuts the connection, or leaves it open, instead of an answer. */
const DROP = 'drop';
const HANG = 'hang';

async function answer(
  options: ServerOptions,
  request: IncomingMessage,
  server: Server,
): Promise<Reply | typeof DROP | typeof HANG> {
  const { method = '', url = '', headers } = request;
  guard(request, (server.address() as AddressInfo).port);
  const address = parseAddress(url);
  authorize({ method, address, headers }, options.key, options.store.clock.now());
  const body = await readBody(request);
  refuseOtherType(method, headers, body);
  const route = findRoute(options.routes, method, address, request);
  const fault = options.intercept?.({ method, path: url, headers, body, operation: route.operation });
  if (fault && 'hang' in fault) return HANG;
  if (fault && 'before' in fault) return DROP;
  const delayMs = options.latencyMs + (fault && 'delayMs' in fault ? fault.delayMs : 0);
  if (delayMs > 0) await sleep(delayMs, undefined, { signal: options.signal });
  options.signal.throwIfAborted();
  if (fault && 'status' in fault) throw faultRefusal(fault);
  options.store.assertSound();
  const reply = route.handle({ address, headers, body }, options.store);
  return fault && 'after' in fault ? DROP : reply;
}

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
  return new Refusal(STATUS.internal, `The embedded server failed: ${message}`);
}

interface Timing {
  readonly activityId: string;
  readonly started: number;
}

function send({ status, headers, body }: Reply, response: ServerResponse, { activityId, started }: Timing): void {
  response.writeHead(status, {
    [HEADER.requestCharge]: '1',
    [HEADER.version]: VERSION,
    'x-ms-gatewayversion': GATEWAY,
    'x-ms-request-duration-ms': (performance.now() - started).toFixed(2),
    [SIGN]: '1',
    [HEADER.activityId]: activityId,
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
  response.end(body);
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
}
