import { type Agent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Emulator, EmulatorOptions, FaultRule } from '../../src/emulator/emulator.ts';
import { openEmulator, openRig } from './rig.ts';
import { type Answer, send } from './wire.ts';

const DOCS = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };

async function openFaulty(options: EmulatorOptions = {}) {
  const rig = await openRig({ ranges: 2, ...options });
  await rig.container.items.create({ id: '1', pk: 'p', pad: 'x'.repeat(5000) });
  return rig;
}

function readItem(emulator: Emulator, id = '1', agent?: Agent): Promise<Answer> {
  return send(emulator, { path: `${DOCS}/${id}`, headers: KEY, ...(agent && { agent }) });
}

async function statuses(emulator: Emulator, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let read = 0; read < count; read++) found.push((await readItem(emulator)).status);
  return found;
}

describe('a fault rule', () => {
  test('has any status with its substatus, headers and text', async () => {
    const { emulator } = await openFaulty();
    const effect = { status: 449, substatus: 7, retryAfterMs: 5, message: 'Not now.', headers: { 'x-ms-own': 'yes' } };
    emulator.addFaults({ match: { operation: 'read' }, effect });
    const { status, headers, text } = await readItem(emulator);
    expect(status).toBe(449);
    expect(headers).toMatchObject({ 'x-ms-substatus': '7', 'x-ms-retry-after-ms': '5', 'x-ms-own': 'yes' });
    expect(JSON.parse(text)).toMatchObject({ code: 'RetryWith', message: expect.stringContaining('Not now.') });
  });

  test('happens from a request on, and to so many', async () => {
    const { emulator } = await openFaulty();
    emulator.addFaults({ match: { operation: 'read' }, from: 3, count: 2, effect: { status: 503 } });
    expect(await statuses(emulator, 6)).toEqual([200, 200, 503, 503, 200, 200]);
  });

  test.each<[keyof NonNullable<FaultRule['match']>, object, number]>([
    ['operation', { operation: ['upsert', 'read'] }, 503],
    ['operation', { operation: 'upsert' }, 200],
    ['method', { method: 'GET' }, 503],
    ['method', { method: 'PUT' }, 200],
    ['database', { database: 'db', container: 'items' }, 503],
    ['container', { container: 'other' }, 200],
    ['id', { id: '1' }, 503],
    ['id', { id: '2' }, 200],
  ])('is about requests with this %s: %j', async (_, match, status) => {
    const { emulator } = await openFaulty();
    emulator.addFaults({ match, effect: { status: 503 } });
    expect(await statuses(emulator, 1)).toEqual([status]);
  });

  test('is about requests that reach into a range', async () => {
    const { emulator, container } = await openFaulty();
    const hit = (await container.item('1', 'p').read()).headers['x-ms-documentdb-partitionkeyrangeid'];
    const other = hit === '0' ? '1' : '0';
    emulator.addFaults({ match: { range: String(other) }, effect: { status: 503 } });
    expect(await statuses(emulator, 1)).toEqual([200]);
    const headers = { 'x-ms-documentdb-partitionkeyrangeid': String(other), 'a-im': 'Incremental Feed' };
    expect((await send(emulator, { path: DOCS, headers })).status).toBe(503);
    emulator.addFaults({ match: { range: String(hit) }, effect: { status: 503 } });
    expect(await statuses(emulator, 1)).toEqual([503]);
    expect((await container.read()).statusCode).toBe(200);
  });

  test('happens by chance, and the same seed has the same chances', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const faults = [{ match: { operation: 'read' }, probability: 0.5, effect: { status: 503 } }];
      const { emulator } = await openFaulty({ seed, faults });
      expect(emulator.seed).toBe(seed);
      return statuses(emulator, 40);
    };
    const first = await run(7);
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  test('comes after those that were there before, and is taken back with them', async () => {
    const { emulator } = await openFaulty();
    emulator.addFaults({ count: 1, effect: { status: 503 } }, { count: 1, effect: { status: 408 } });
    expect(await statuses(emulator, 3)).toEqual([503, 408, 200]);
    emulator.addFaults({ effect: { status: 503 } });
    emulator.clearFaults();
    expect(await statuses(emulator, 1)).toEqual([200]);
  });

  test.each([
    [{ effect: { status: 200 } }, 'effect.status'],
    [{ effect: { substatus: 3 } }, 'effect'],
    [{ effect: { status: 429, fromOperation: 0 } }, 'effect.fromOperation'],
    [{ effect: {} }, 'effect'],
    [{ effect: { hang: true, status: 503 } }, 'effect'],
    [{ effect: { hang: false } }, 'effect.hang'],
    [{ effect: { before: 'explode' } }, 'effect.before'],
    [{ effect: { status: 503, headers: { 'x y': 'z' } } }, 'effect.headers'],
    [{ effect: { status: 503, headers: { x: 'a\r\nb: c' } } }, 'effect.headers'],
    [{ match: { operation: 'upsret' }, effect: { hang: true } }, 'match.operation'],
    [{ match: { operatoin: 'upsert' }, effect: { hang: true } }, 'operatoin'],
    [{ effect: { hang: true }, probability: 2 }, 'probability'],
    [{ effect: { hang: true }, count: 0 }, 'count'],
    [{}, 'effect'],
    [null, 'rule'],
  ])('that makes no sense is refused: %j', async (rule, what) => {
    await expect(openEmulator({ faults: [rule as never] })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(what),
    });
  });
});

describe.each([{ tls: false }, { tls: true }])('with tls $tls, a fault', ({ tls }) => {
  test.each(['drop', 'reset'] as const)(
    'cuts the connection (%s) before or after the request is applied',
    async (how) => {
      const { emulator } = await openFaulty({ tls });
      const write = (id: string) =>
        send(emulator, { method: 'POST', path: DOCS, headers: KEY, body: JSON.stringify({ id, pk: 'p' }) });
      emulator.addFaults({ count: 1, effect: { before: how } }, { count: 1, effect: { after: how } });
      const applied = emulator.journal().length;
      const failure = how === 'reset' ? { code: 'ECONNRESET', syscall: 'read' } : { message: 'socket hang up' };
      await expect(write('2')).rejects.toMatchObject(failure);
      expect(emulator.journal()).toHaveLength(applied);
      await expect(write('3')).rejects.toMatchObject(failure);
      expect(emulator.journal().slice(applied)).toMatchObject([{ id: '3' }]);
    },
  );

  test('cuts the connection after so many bytes of the answer', async () => {
    const { emulator } = await openFaulty({ tls });
    for (const bytes of [0, 1, 3000]) {
      emulator.addFaults({ count: 1, effect: { truncateAfter: bytes } });
      const { headers, seen } = await partOf(emulator);
      expect([seen, Number(headers['content-length']) > 5000]).toEqual([bytes, true]);
    }
  });

  test('sends the answer piece by piece, whole in the end, and the connection goes on', async () => {
    const { emulator } = await openFaulty({ tls });
    const whole = await readItem(emulator);
    const agent = new (tls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    emulator.addFaults({ count: 1, effect: { bytesPerSecond: 20_000 } });
    const warnings: Error[] = [];
    const onWarning = (warning: Error): unknown => warnings.push(warning);
    process.on('warning', onWarning);
    onTestFinished(() => void process.off('warning', onWarning));
    expect((await readItem(emulator, '1', agent)).text).toBe(whole.text);
    expect((await readItem(emulator, '1', agent)).headers.connection).toBe('keep-alive');
    expect(warnings).toEqual([]);
  });

  test('that is slow ends with the server', async () => {
    const { emulator } = await openFaulty({ tls });
    emulator.addFaults({ effect: { bytesPerSecond: 1 } });
    const reading = expect(readItem(emulator)).rejects.toThrow();
    await emulator.close();
    await reading;
  });
});

describe('a fault', () => {
  test('is a signature that is too old', async () => {
    const { emulator, container } = await openFaulty();
    emulator.addFaults({ match: { operation: 'read' }, effect: { expired: true } });
    await expect(container.item('1', 'p').read()).rejects.toMatchObject({
      code: 403,
      body: {
        message: expect.stringMatching(/^The authorization token is not valid at the current time\..*token start time/),
      },
    });
  });

  test('is a part of a bulk request, of which the rest is applied', async () => {
    const { emulator, container } = await openFaulty({ throughput: 10_000, ranges: 1 });
    const create = (id: number) => ({
      operationType: 'Create' as const,
      partitionKey: 'p',
      resourceBody: { id: `bulk${id}`, pk: 'p' },
    });
    const effect = { status: 429, substatus: 3200, retryAfterMs: 1, fromOperation: 3 };
    emulator.addFaults({ match: { operation: 'batch' }, count: 1, effect });
    const before = emulator.journal().length;
    const results = await container.items.executeBulkOperations([create(1), create(2), create(3), create(4)]);
    expect(results.map(({ response }) => response?.statusCode)).toEqual([201, 201, 201, 201]);
    expect(emulator.journal(before).map(({ id }) => id)).toEqual(['bulk1', 'bulk2', 'bulk3', 'bulk4']);
  });

  test('is a container that was created again', async () => {
    const { emulator, client, container } = await openFaulty();
    const { resource: before } = await container.readOffer();
    await client.offer(before?.id ?? '').replace({ ...before, content: { offerThroughput: 700 } } as never);
    const { resource: old } = await container.read();
    emulator.addFaults({ match: { operation: 'read' }, count: 1, effect: { recreate: true } });
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    const { resource: anew } = await container.read();
    expect(anew?._rid).not.toBe(old?._rid);
    expect({ ...anew, _rid: '', _self: '', _etag: '', _ts: 0 }).toEqual({
      ...old,
      _rid: '',
      _self: '',
      _etag: '',
      _ts: 0,
    });
    expect((await container.readPartitionKeyRanges().fetchAll()).resources).toHaveLength(2);
    expect((await container.readOffer()).resource?.content?.offerThroughput).toBe(700);
    emulator.recreate('db', 'items');
    expect((await container.read()).resource?._rid).not.toBe(anew?._rid);
  });

  test('is a range that is being split, and then is split', async () => {
    const { emulator } = await openFaulty();
    const match = { operation: 'changeFeed' };
    emulator.addFaults(
      { match, count: 2, effect: { status: 410, substatus: 1007 } },
      { match, count: 1, effect: { split: true } },
    );
    const headers = { 'x-ms-documentdb-partitionkeyrangeid': '1', 'a-im': 'Incremental Feed' };
    const seen: unknown[] = [];
    for (let read = 0; read < 4; read++) {
      const answer = await send(emulator, { path: DOCS, headers });
      seen.push([answer.status, answer.headers['x-ms-substatus']]);
    }
    expect(seen).toEqual([
      [410, '1007'],
      [410, '1007'],
      [410, '1002'],
      [410, '1002'],
    ]);
    const ranges = await send(emulator, { path: '/dbs/db/colls/items/pkranges' });
    expect(JSON.parse(ranges.text).PartitionKeyRanges).toMatchObject([
      { id: '0', parents: [] },
      { id: '2', parents: ['1'] },
      { id: '3', parents: ['1'] },
    ]);
  });

  test.each([
    ['0', ['0', '1'], ['2', '3']],
    ['1', ['1', '2'], ['0', '3']],
    ['2', ['1', '2'], ['0', '3']],
  ])('is that range %s merges with a neighbour', async (range, parents, left) => {
    const { emulator } = await openFaulty({ ranges: 3 });
    emulator.addFaults({ match: { operation: 'changeFeed' }, count: 1, effect: { merge: true } });
    const headers = { 'x-ms-documentdb-partitionkeyrangeid': range, 'a-im': 'Incremental Feed' };
    const answer = await send(emulator, { path: DOCS, headers });
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([410, '1002']);
    const { text } = await send(emulator, { path: '/dbs/db/colls/items/pkranges' });
    const ranges: { id: string; parents: string[] }[] = JSON.parse(text).PartitionKeyRanges;
    expect(ranges.map(({ id }) => id).toSorted()).toEqual(left.toSorted());
    expect(ranges.find(({ id }) => id === '3')?.parents).toEqual(parents);
  });

  test('is a clock that is wrong from now on', async () => {
    const { emulator } = await openFaulty();
    emulator.addFaults({ match: { operation: 'read' }, count: 1, effect: { skewMs: -3_600_000 } });
    expect(await statuses(emulator, 2)).toEqual([200, 403]);
    emulator.skewClock(0);
    expect(await statuses(emulator, 1)).toEqual([200]);
  });

  test('can be delayed, and is not applied any more when the server is closed before its time', async () => {
    const { emulator } = await openFaulty();
    emulator.addFaults({ match: { id: '1' }, effect: { delayMs: 600_000 } }, { effect: { delayMs: 1, status: 503 } });
    expect((await readItem(emulator, '2')).status).toBe(503);
    const applied = emulator.journal().length;
    const deleting = expect(send(emulator, { method: 'DELETE', path: `${DOCS}/1`, headers: KEY })).rejects.toThrow();
    // By now the other request waits: it was sent first, on a connection that was there.
    expect((await readItem(emulator, '2')).status).toBe(503);
    await emulator.close();
    await deleting;
    expect(emulator.journal()).toHaveLength(applied);
  });
});

/** Reads an item whose answer is cut off. */
function partOf(emulator: Emulator): Promise<{ headers: Record<string, unknown>; seen: number }> {
  return send(emulator, { path: `${DOCS}/1`, headers: KEY, partial: true }).then(({ headers, text }) => ({
    headers,
    seen: Buffer.byteLength(text),
  }));
}
