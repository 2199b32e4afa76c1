import { randomBytes } from 'node:crypto';
import { request as rawRequest } from 'node:http';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sign } from '../../src/protocol/webhook.ts';
import type { Output } from '../../src/receiver/output.ts';
import { NDJSON, useReceiver } from './rig.ts';

test.each([
  [NDJSON, '{"id":"a","n":1.0}\r\n\n {"id":"b","big":12345678901234567890}'],
  ['application/json; charset=utf-8', '[{"id":"a","n":1.0} , {"id":"b","big":12345678901234567890}]'],
])('documents as %s are kept, byte for byte', async (type, body) => {
  const { lines, post } = await useReceiver();
  const answer = await post(body, { 'content-type': type });
  expect([answer.status, await answer.json()]).toEqual([200, { accepted: 2, duplicates: 0 }]);
  expect(lines()).toEqual(['{"id":"a","n":1.0}', '{"id":"b","big":12345678901234567890}']);
});

test('one document over several lines becomes one line', async () => {
  const { lines, post } = await useReceiver();
  await post('{\n  "id": "a"\n}\n', { 'content-type': 'application/json' });
  expect(lines()).toEqual(['{   "id": "a" }']);
});

test.each([
  ['gzip', gzipSync('{"id":"a"}\n')],
  ['zstd', zstdCompressSync('{"id":"a"}\n')],
])('a body in %s is decoded', async (encoding, body) => {
  const { lines, post } = await useReceiver();
  expect((await post(body, { 'content-encoding': encoding })).status).toBe(200);
  expect(lines()).toEqual(['{"id":"a"}']);
});

const BOMB = Buffer.alloc(9 * 1024 * 1024, ' ');

test.each<[what: string, status: number, body: string | Uint8Array, headers: Record<string, string>]>([
  ['what is not JSON', 400, '{"id":"a"}\n{"id":', {}],
  ['what is not UTF-8', 400, Buffer.from('{"id":"\xff"}', 'latin1'), {}],
  ['what is no object', 400, '{"id":"a"}\n7', {}],
  ['elements that are no objects', 400, '[{},[]]', { 'content-type': 'application/json' }],
  ['no CloudEvent', 400, '{"id":"a"}', { 'content-type': 'application/cloudevents+json' }],
  ['no array of CloudEvents', 400, '{}', { 'content-type': 'application/cloudevents-batch+json' }],
  ['another content-type', 415, 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['another content-encoding', 415, 'x', { 'content-encoding': 'br' }],
  ['one encoding in another', 415, gzipSync(gzipSync('{}')), { 'content-encoding': 'gzip, gzip' }],
  ['what is not gzip', 400, '{}', { 'content-encoding': 'gzip' }],
  ['a gzip bomb', 413, gzipSync(BOMB), { 'content-encoding': 'gzip' }],
  ['a zstd bomb', 413, zstdCompressSync(BOMB), { 'content-encoding': 'zstd' }],
  ['a body that is too large', 413, Buffer.alloc(16 * 1024 * 1024 + 1, '\n'), {}],
  ['what a web page sends', 403, '{}', { origin: 'http://evil.example' }],
])('%s is refused with %i, and nothing of it kept', async (_what, status, body, headers) => {
  const { receiver, lines, post } = await useReceiver();
  const answer = await post(body, headers);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toEqual({ error: expect.any(String) });
  expect(lines()).toEqual([]);
  expect(receiver.tally).toMatchObject({ received: 0, refused: 1 });
});

test('only POST and PUT to its path are served', async () => {
  const { receiver } = await useReceiver({ path: '/events' });
  const statusOf = async (path: string, method: string) =>
    (await fetch(new URL(path, receiver.url), { method, headers: { 'content-type': NDJSON } })).status;
  expect(await statusOf('/', 'POST')).toBe(404);
  expect(await statusOf('/events', 'DELETE')).toBe(405);
  expect(await statusOf('/events', 'PUT')).toBe(200);
  expect(await statusOf('/events?token=1', 'POST')).toBe(200);
});

test.each(['webhook-id', 'idempotency-key'])(
  'a request with the %s of an earlier one is not kept again',
  async (name) => {
    const { receiver, lines, post } = await useReceiver();
    await post('{"id":"a"}', { [name]: 'one' });
    const again = await post('{"id":"a"}', { [name]: 'one' });
    await post('{"id":"a"}', { [name]: 'two' });
    expect([again.status, await again.json()]).toEqual([200, { accepted: 0, duplicates: 1 }]);
    expect(lines()).toHaveLength(2);
    expect(receiver.tally).toMatchObject({ received: 2, duplicates: 1 });
  },
);

test('a CloudEvent is known by its source and id, in whatever request it comes', async () => {
  const { lines, post } = await useReceiver();
  const event = (source: string, id: string) => JSON.stringify({ specversion: '1.0', type: 't', source, id });
  const [first, second, third] = [event('s', '1'), event('s', '2'), event('r', '1')];
  const batch = { 'content-type': 'application/cloudevents-batch+json' };
  await post(first, { 'content-type': 'application/cloudevents+json', 'webhook-id': 'a' });
  const answer = await post(`[${first},${second},${third},${third}]`, { ...batch, 'webhook-id': 'b' });
  expect(await answer.json()).toEqual({ accepted: 2, duplicates: 2 });
  expect(lines()).toEqual([first, second, third]);
});

test('nothing is answered before it is stored, not even what came before', async () => {
  const stored = Promise.withResolvers<void>();
  const output: Output = { append: () => stored.promise, close: async () => {} };
  const { post } = await useReceiver({ output });
  const answered: string[] = [];
  const requests = ['first', 'again'].map(async (name) => {
    await post('{"id":"a"}', { 'webhook-id': 'one' });
    answered.push(name);
  });
  // Takes its turn behind both on the same server.
  await post('not JSON');
  expect(answered).toEqual([]);
  stored.resolve();
  await Promise.all(requests);
  expect(answered).toHaveLength(2);
});

test('what could not be stored is answered with 503, is not known, and ends the receiver', async () => {
  let isBroken = true;
  const output: Output = {
    append: async () => {
      if (isBroken) throw new Error('no room');
    },
    close: async () => {},
  };
  const { receiver, post } = await useReceiver({ output });
  expect((await post('{}', { 'webhook-id': 'one' })).status).toBe(503);
  await expect(receiver.ended).rejects.toThrow('no room');
  isBroken = false;
  expect(await (await post('{}', { 'webhook-id': 'one' })).json()).toEqual({ accepted: 1, duplicates: 0 });
});

test('with a secret only what is signed with it, over the bytes that were sent, of late, is taken', async () => {
  const [secret, old, other] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const { receiver, lines, post } = await useReceiver({ secrets: [secret, old] });
  const body = gzipSync('{"id":"a"}');
  const signed = (by: Buffer, seconds = 0, signedBody: Uint8Array = body): Record<string, string> => {
    const id = randomBytes(8).toString('hex');
    const timestamp = String(Math.floor(Date.now() / 1000) + seconds);
    const signature = sign({ id, timestamp, body: signedBody }, [by]);
    return {
      'content-encoding': 'gzip',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    };
  };
  const statusOf = async (headers: Record<string, string>) => (await post(body, headers)).status;
  expect(await statusOf(signed(secret))).toBe(200);
  expect(await statusOf(signed(old))).toBe(200);
  expect(await statusOf(signed(other))).toBe(401);
  expect(await statusOf(signed(secret, -301))).toBe(401);
  expect(await statusOf(signed(secret, 302))).toBe(401);
  expect(await statusOf(signed(secret, 0, Buffer.from('{"id":"a"}')))).toBe(401);
  expect(await statusOf({ ...signed(secret), 'webhook-id': 'another' })).toBe(401);
  expect(await statusOf({ 'content-encoding': 'gzip' })).toBe(401);
  expect(lines()).toHaveLength(2);
  expect(receiver.tally.refused).toBe(6);
});

test('it fails as it is told: with a status nothing is kept, with a drop all is, and both can be sent again', async () => {
  const { receiver, lines, post } = await useReceiver({
    risks: [
      { mishap: 429, share: 0.3 },
      { mishap: 'drop', share: 0.3 },
    ],
    seed: 5,
  });
  const outcomes = { taken: 0, asked: 0, dropped: 0 };
  for (let id = 0; id < 40; id++) {
    for (let isTaken = false; !isTaken; ) {
      const before = lines().length;
      const answer = await post(`{"id":"${id}"}`, { 'webhook-id': `${id}` }).catch(() => undefined);
      if (answer === undefined) outcomes.dropped++;
      else if (answer.status === 429) {
        outcomes.asked++;
        expect(answer.headers.get('retry-after')).toBe('1');
        expect(lines()).toHaveLength(before);
      } else outcomes.taken++;
      isTaken = answer?.status === 200;
    }
  }
  expect(outcomes.asked).toBeGreaterThan(5);
  expect(outcomes.dropped).toBeGreaterThan(5);
  expect(lines()).toEqual(Array.from({ length: 40 }, (_, id) => `{"id":"${id}"}`));
  expect(receiver.tally).toMatchObject({ received: 40, refused: 0, failed: outcomes.asked + outcomes.dropped });
});

test('what hangs is not kept, and does not keep the receiver from ending', async () => {
  const { receiver, lines, post } = await useReceiver({ risks: [{ mishap: 'hang', share: 1 }] });
  const failed = post('{"id":"a"}').then(
    ({ status }) => status,
    () => 'cut off',
  );
  await expect.poll(() => receiver.tally.failed).toBe(1);
  await receiver.close();
  expect(await failed).toBe('cut off');
  expect(lines()).toEqual([]);
});

test('it ends by itself with the events that were wanted, each of them answered', async () => {
  const { receiver, post } = await useReceiver({ max: 3 });
  const answers = Promise.all([post('{"id":"a"}\n{"id":"b"}'), post('{"id":"c"}')]);
  await receiver.ended;
  await receiver.close();
  expect((await answers).map(({ status }) => status)).toEqual([200, 200]);
});

test('it ends by itself when nothing comes', async () => {
  const { receiver, post } = await useReceiver({ idleMs: 50 });
  await post('{"id":"a"}');
  await receiver.ended;
});

test('a body that ends early is not an error of the receiver', async () => {
  const { receiver, lines, post } = await useReceiver();
  const headers = { 'content-type': NDJSON, 'content-length': '100' };
  const request = rawRequest(receiver.url, { method: 'POST', headers });
  request.on('error', () => {});
  request.write('{"id":"a"}\n', () => request.destroy());
  await expect.poll(() => receiver.tally.refused).toBe(1);
  expect((await post('{"id":"b"}')).status).toBe(200);
  expect(lines()).toEqual(['{"id":"b"}']);
});
