import { randomBytes } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../../src/contract.ts';
import { verify, webhookSecrets } from '../../../src/protocol/webhook.ts';
import { removal, upsert } from '../../support/changes.ts';
import { batched, documentsIn, failureOf, ORIGIN, openSink, type Received, serve, status, textsOf } from './rig.ts';

const idsOf = (requests: readonly Received[]): unknown[] => requests.map(({ headers }) => headers['idempotency-key']);
const versioned = (id: string, version: string): Change => ({ ...upsert(id), version });

describe('a request', () => {
  test('goes to the path and the query of the receiver, by the method that is asked for', async () => {
    const { url, requests } = await serve(status(200));
    await openSink(url, { method: 'PUT' }).write([upsert('a')], EVERYTHING);
    expect(requests).toMatchObject([{ method: 'PUT', path: '/changes?code=1' }]);
  });

  test('has the headers that are asked for, and says who sends it', async () => {
    const { url, requests } = await serve(status(200));
    await openSink(url, { headers: { authorization: 'Bearer x', 'x-tenant': 'blå' } }).write([upsert('a')], EVERYTHING);
    expect(requests[0]?.headers).toMatchObject({
      authorization: 'Bearer x',
      'x-tenant': 'blå',
      'user-agent': expect.stringMatching(/^cosmosflow\/\d/),
    });
  });

  test('with one change says what happened to the document', async () => {
    const { url, requests } = await serve(status(200));
    const sink = openSink(url, { sink: { concurrency: 1 } });
    await sink.write([upsert('a'), removal('b'), { ...removal('c'), operation: 'expire' }], EVERYTHING);
    expect(requests.map(({ headers }) => headers['cosmosflow-operation'])).toEqual(['upsert', 'delete', 'expire']);
  });

  test('holds a batch of changes, in order, each byte for byte', async () => {
    const { url, requests } = await serve(status(200));
    const changes = Array.from({ length: 250 }, (_, index) => upsert(`é ${index}`));
    await openSink(url, { sink: { ...batched(100), concurrency: 1 } }).write(changes, EVERYTHING);
    expect(requests.map(({ body }) => body.toString().split('\n').length - 1)).toEqual([100, 100, 50]);
    expect(documentsIn(requests)).toEqual(textsOf(changes));
    expect(requests[0]?.headers).toMatchObject({ 'content-type': 'application/x-ndjson' });
    expect(requests[0]?.headers).not.toHaveProperty('cosmosflow-operation');
  });

  test('holds no more than so many bytes of documents, but for one that is larger', async () => {
    const { url, requests } = await serve(status(200));
    const [small, large] = [upsert('a'), upsert('x'.repeat(300))];
    const bytesMax = small.document.length * 2;
    const sink = openSink(url, { sink: { batch: { countMax: 100, bytesMax }, concurrency: 1 } });
    await sink.write([small, upsert('b'), upsert('c'), large, upsert('d')], EVERYTHING);
    expect(requests.map(({ body }) => body.toString().split('\n').length - 1)).toEqual([2, 1, 1, 1]);
  });

  test.each([
    ['json', false, 'application/json', (document: string) => document],
    ['json', true, 'application/json', (document: string) => `[${document}]`],
    ['ndjson', false, 'application/x-ndjson', (document: string) => `${document}\n`],
  ] as const)('as %s, array: %s, is %s', async (format, isArray, type, wrapped) => {
    const { url, requests } = await serve(status(200));
    const change = { ...upsert('a'), document: Buffer.from('{"id":"a", "n":1.0e2,"n":18014398509481985}') };
    await openSink(url, { sink: { body: { format, isArray, source: 'x' } } }).write([change], EVERYTHING);
    expect(requests[0]?.headers['content-type']).toBe(type);
    expect(requests[0]?.body.toString()).toBe(wrapped('{"id":"a", "n":1.0e2,"n":18014398509481985}'));
  });

  test('holds events whose ids are those of requests with one change', async () => {
    const { url, requests } = await serve(status(200));
    const body = { isArray: true, source: 'cosmos://account/shop/orders' };
    const changes = [versioned('a', '1'), removal('b')];
    await openSink(url, { sink: { body: { ...body, format: 'cloudevents-batch' }, ...batched(10) } }).write(
      changes,
      EVERYTHING,
    );
    const single = openSink(url, { sink: { body: { ...body, format: 'cloudevents' }, concurrency: 1 } });
    await single.write(changes, EVERYTHING);
    const [batch, ...singles] = requests.map((request) => JSON.parse(request.body.toString()));
    expect(batch).toEqual(singles);
    expect(singles.map(({ id }) => id)).toEqual(idsOf(requests.slice(1)));
    expect(requests.map(({ headers }) => headers['content-type'])).toEqual([
      'application/cloudevents-batch+json',
      'application/cloudevents+json',
      'application/cloudevents+json',
    ]);
  });
});

describe('the id of a request', () => {
  test('is the same for the same version of a document, wherever and whenever it is sent', async () => {
    const { url, requests } = await serve(status(200));
    await openSink(url).write([versioned('a', '1'), versioned('b', '1')], EVERYTHING);
    const origin = { ...ORIGIN, run: 'run2' };
    await openSink(url, { compression: 'gzip', sink: { origin } }).write([versioned('a', '1')], {
      min: '00',
      max: '7F',
    });
    const [a, b, again] = idsOf(requests);
    expect(again).toBe(a);
    expect(b).not.toBe(a);
    expect(a).toMatch(/^[\w-]{43}$/);
    expect(requests.map(({ headers }) => headers['webhook-id'])).toEqual(idsOf(requests));
  });

  test('is another for another version, document, operation, or container; for another run where there are no versions', async () => {
    const { url, requests } = await serve(status(200));
    const changes = [
      versioned('a', '1'),
      versioned('a', '2'),
      versioned('A', '1'),
      { ...removal('a'), version: '1' },
      { ...removal('a'), lsn: 1 },
      { ...removal('a'), lsn: 2 },
      { ...removal('a'), lsn: 2, operation: 'expire' as const },
      upsert('a', 1),
      upsert('a', 2),
    ];
    await openSink(url).write(changes, EVERYTHING);
    const another = { ...ORIGIN, run: 'run2' };
    await openSink(url, { sink: { origin: another } }).write([upsert('a', 1)], EVERYTHING);
    const origins = [
      { ...ORIGIN, rid: 'rid2' },
      { ...ORIGIN, source: 'cosmos://account/shop/others' },
    ];
    for (const origin of origins) await openSink(url, { sink: { origin } }).write([versioned('a', '1')], EVERYTHING);
    expect(new Set(idsOf(requests)).size).toBe(changes.length + 1 + origins.length);
  });

  test('is ASCII, and one line, whatever the id of the document is', async () => {
    const { url, requests } = await serve(status(200));
    await openSink(url).write([upsert('a\r\nx-admin: 1\u2028 💥')], EVERYTHING);
    expect(idsOf(requests)).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(requests[0]?.headers).not.toHaveProperty('x-admin');
  });

  test('of a batch is that of its changes and their order', async () => {
    const { url, requests } = await serve(status(200));
    const [a, b] = [versioned('a', '1'), versioned('b', '1')];
    const sink = openSink(url, { sink: batched(2) });
    for (const changes of [[a, b], [a, b], [b, a], [a]]) await sink.write(changes, EVERYTHING);
    await openSink(url).write([a], EVERYTHING);
    const [first, again, turned, alone, single] = idsOf(requests);
    expect(again).toBe(first);
    expect(new Set([first, turned, alone]).size).toBe(3);
    expect(alone).toBe(single);
  });
});

test('a batch is sent again as it was, whatever else of its write is left', async () => {
  let isDown = true;
  const { url, requests } = await serve((response, { body }) =>
    response.writeHead(isDown && /"(first|c|d)"/.test(body.toString()) ? 503 : 200).end(),
  );
  const large = { ...upsert('large'), document: Buffer.from(`{"id":"large","text":"${'x'.repeat(1000)}"}`) };
  const changes = [upsert('first'), large, upsert('a'), upsert('b'), upsert('c'), upsert('d')];
  const sink = openSink(url, { sink: { batch: { countMax: 2, bytesMax: 1000 }, concurrency: 1 } });
  const failure = await failureOf(sink.write(changes, EVERYTHING));
  const [first, , , last] = idsOf(requests);
  expect(requests).toHaveLength(4);
  isDown = false;
  const { changes: left } = failure as { changes: readonly Change[] };
  expect(textsOf(left)).toEqual(textsOf([upsert('first'), upsert('c'), upsert('d')]));
  await sink.write(left, EVERYTHING);
  // Not the first together with c, although there would be room for both.
  expect(idsOf(requests).slice(4)).toEqual([first, last]);
});

test('each attempt has the same id, another time, and a signature of its own', async () => {
  const { url, requests } = await serve((response, _, nth) => response.writeHead(nth === 0 ? 503 : 200).end());
  const secrets = webhookSecrets(`whsec_${randomBytes(32).toString('base64')}`, 'TEST');
  let nowMs = 1_800_000_000_000;
  const sink = openSink(url, { secrets, now: () => nowMs });
  await failureOf(sink.write([upsert('a')], EVERYTHING));
  nowMs += 1000;
  await sink.write([upsert('a')], EVERYTHING);
  expect(new Set(idsOf(requests)).size).toBe(1);
  const signed = requests.map(({ headers, body }) => ({
    id: String(headers['webhook-id']),
    timestamp: String(headers['webhook-timestamp']),
    signature: String(headers['webhook-signature']),
    body,
  }));
  expect(signed.map(({ timestamp }) => timestamp)).toEqual(['1800000000', '1800000001']);
  expect(new Set(signed.map(({ signature }) => signature)).size).toBe(2);
  for (const message of signed) expect(verify(message, secrets, { nowMs })).toBe('genuine');
});

test('without a secret there is no signature', async () => {
  const { url, requests } = await serve(status(200));
  await openSink(url).write([upsert('a')], EVERYTHING);
  expect(requests[0]?.headers).not.toHaveProperty('webhook-signature');
});

test.each([
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
] as const)('what is compressed with %s is signed as it is sent', async (compression, decompress) => {
  const { url, requests } = await serve(status(200));
  const secrets = [randomBytes(24), randomBytes(64)];
  const changes = Array.from({ length: 100 }, (_, index) => upsert(`item-${index}`));
  await openSink(url, { compression, secrets, sink: batched(100) }).write(changes, EVERYTHING);
  const [{ headers, body }] = requests as [Received];
  expect(headers['content-encoding']).toBe(compression);
  expect(decompress(body).toString().split('\n').slice(0, -1)).toEqual(textsOf(changes));
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    String(headers[name]),
  );
  for (const secret of secrets) {
    expect(verify({ id, timestamp, signature, body }, [secret], { nowMs: Date.now() })).toBe('genuine');
  }
});

describe('of a batch that is refused for what is in it', () => {
  test.each([400, 413, 422])('only the changes that are to blame are refused: %i', async (code) => {
    const { url, requests } = await serve((response, { body }) =>
      response.writeHead(/"id":"bad/.test(body.toString()) ? code : 200).end(),
    );
    const changes = ['a', 'b', 'bad 1', 'c', 'd', 'e', 'bad 2'].map((id) => upsert(id));
    const failure = await failureOf(openSink(url, { sink: batched(10) }).write(changes, EVERYTHING));
    expect(failure).toMatchObject({ refusals: [{ change: changes[2] }, { change: changes[6] }], left: [] });
    const taken = requests.filter(({ body }) => !/"id":"bad/.test(body.toString()));
    expect(documentsIn(taken).sort()).toEqual(textsOf(changes.filter(({ key }) => !key.startsWith('"bad'))));
  });

  test('a later version of what was refused is left to whoever sets it aside', async () => {
    const { url, requests } = await serve((response, { body }) =>
      response.writeHead(/"version":1/.test(body.toString()) ? 422 : 200).end(),
    );
    const changes = [upsert('a', 1), upsert('b', 2), upsert('a', 2), upsert('a', 3)];
    const failure = await failureOf(openSink(url, { sink: batched(10) }).write(changes, EVERYTHING));
    expect(failure).toMatchObject({ refusals: [{ change: changes[0] }], left: [changes[2], changes[3]] });
    expect(documentsIn(requests.slice(-1))).toEqual(textsOf([upsert('b', 2)]));
  });
});

test('a batch that is refused for what no part of it would cure is refused as a whole', async () => {
  const { url, requests } = await serve(status(409));
  const changes = [upsert('a'), upsert('b')];
  expect(await failureOf(openSink(url, { sink: batched(10) }).write(changes, EVERYTHING))).toMatchObject({
    refusals: changes.map((change) => ({ change, status: 409 })),
  });
  expect(requests).toHaveLength(1);
});
