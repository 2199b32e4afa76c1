import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from '../../../src/emulator/certificate.ts';
import { HEADER } from '../../../src/protocol/headers.ts';
import { PARTITION_KEY, type Shape } from '../documents.ts';
import { pagesOf } from './canned-pages.ts';
import { PAGE_DOCUMENTS, PAGES_PER_RANGE, RANGE_COUNT } from './feed-size.ts';
import { Inspection } from './inspection.ts';

// A process that speaks just enough of the protocol to be read from and written to, and does no work while it is
// measured: pages and answers are made beforehand. A container is named after the shape of its documents.

export interface CannedReady {
  readonly http: string;
  readonly https: string;
  readonly ca: string;
}

/** Hashes have 30 significant bits in their first word, so that this divides them evenly. */
const BOUNDS = Array.from({ length: RANGE_COUNT + 1 }, (_, index) => boundOf(index));
const RID = 'YmVuY2g=';
const JSON_TYPE = { 'content-type': 'application/json', [HEADER.requestCharge]: '1' };

const results = new Map<number, Buffer>();

const inspection = new Inspection();
const { key, cert } = selfSigned();
const plain = createServer(listener('http'));
const tls = createTlsServer({ key, cert }, listener('https'));
const ready: CannedReady = { http: await listen(plain, 'http'), https: await listen(tls, 'https'), ca: cert };
// The parent asks with a shape what was written since it asked last.
process.on('message', (shape: Shape) => process.send?.(inspection.verdict(shape)));
process.on('disconnect', () => process.exit());
process.send?.(ready);

async function listen(server: Server, scheme: string): Promise<string> {
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function listener(scheme: string): RequestListener {
  return (request, response) => {
    const [resource, shape] = resourceOf(request);
    if (request.method === 'POST') void answerBatch(request, response);
    else if (resource === 'docs') answerPage(request, response, shape);
    else if (resource === 'account') answer(response, account(`${scheme}://${request.headers.host}/`));
    else if (resource === 'coll') answer(response, container(shape));
    else if (request.headers[HEADER.ifNoneMatch]) response.writeHead(304, { etag: '"ranges"' }).end();
    else answer(response, ranges(), { etag: '"ranges"' });
  };
}

function resourceOf({ url = '' }: IncomingMessage): ['account' | 'coll' | 'docs' | 'pkranges', Shape] {
  const [, , , , shape, last] = url.split('/');
  if (shape === undefined) return ['account', 'ascii'];
  return [last === 'docs' || last === 'pkranges' ? last : 'coll', shape as Shape];
}

function answer(response: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(200, { ...JSON_TYPE, 'content-length': body.length, ...headers }).end(body);
}

/** The etag is the number of pages of the range that were served. */
function answerPage({ headers }: IncomingMessage, response: ServerResponse, shape: Shape): void {
  const served = Number(/\d+/.exec(headers[HEADER.ifNoneMatch] ?? '')?.[0] ?? 0);
  const rangeId = String(headers[HEADER.rangeId] ?? 0);
  const common = { ...JSON_TYPE, [HEADER.sessionToken]: `${rangeId}:-1#${PAGES_PER_RANGE}` };
  if (served >= PAGES_PER_RANGE) {
    response.writeHead(304, { ...common, etag: `"${served}"` }).end();
    return;
  }
  const pages = pagesOf(shape);
  const body = pages[served % pages.length] as Buffer;
  const counts = { 'content-length': body.length, [HEADER.itemCount]: String(PAGE_DOCUMENTS) };
  response.writeHead(200, { ...common, ...counts, etag: `"${served + 1}"` }).end(body);
}

async function answerBatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = resultsOf(inspection.note(Buffer.concat(chunks)));
  const headers = {
    ...JSON_TYPE,
    'content-length': body.length,
    [HEADER.sessionToken]: `${request.headers[HEADER.rangeId]}:-1#1`,
  };
  response.writeHead(200, headers).end(body);
}

/** Success for each of `count` operations. Documents are not sent back, which spares the naive script their parsing. */
function resultsOf(count: number): Buffer {
  const known = results.get(count);
  if (known) return known;
  const one = { statusCode: 200, requestCharge: 10.29, eTag: '"00000000-0000-0000-0000-000000000000"' };
  const made = Buffer.from(JSON.stringify(Array(count).fill(one)));
  results.set(count, made);
  return made;
}

function account(endpoint: string): unknown {
  const locations = [{ name: 'Local', databaseAccountEndpoint: endpoint }];
  return {
    id: 'canned',
    _rid: 'canned',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    queryEngineConfiguration: '{}',
  };
}

function container(id: string): unknown {
  return { id, partitionKey: PARTITION_KEY, _rid: RID, _self: `dbs/YmVuYw==/colls/${RID}/`, _etag: '"0"', _ts: 1 };
}

function boundOf(index: number): string {
  if (index === 0) return '';
  if (index === RANGE_COUNT) return 'FF';
  return ((0x40 / RANGE_COUNT) * index).toString(16).toUpperCase().padStart(2, '0').padEnd(32, '0');
}

function ranges(): unknown {
  const items = BOUNDS.slice(1).map((maxExclusive, index) => ({
    id: String(index),
    _rid: `${RID}-${index}`,
    minInclusive: BOUNDS[index],
    maxExclusive,
    status: 'online',
    parents: [],
  }));
  return { _rid: RID, PartitionKeyRanges: items, _count: items.length };
}
