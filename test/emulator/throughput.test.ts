import { randomUUID } from 'node:crypto';
import { BulkOperationType, type Container, CosmosClient, type OperationInput, PriorityLevel } from '@azure/cosmos';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { openRig, type Rig } from './rig.ts';
import { send } from './wire.ts';

const DOCS = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };
/** A whole second, so that a test knows how much of it is left. */
const START_MS = Math.floor(Date.now() / 1000) * 1000;

interface ThrottledRig extends Rig {
  /** Lets time pass. */
  pass(ms: number): void;
}

/** A server whose clock stands still, with one range of 400 RU/s. */
async function openThrottled(options: { throughput?: number; ranges?: number } = {}): Promise<ThrottledRig> {
  let now = START_MS;
  const rig = await openRig({ throughput: 400, ranges: 1, ...options, clock: () => now });
  return {
    ...rig,
    pass: (ms) => {
      now += ms;
    },
  };
}

/** A client that does not try again. */
function impatient({ endpoint, key }: Emulator, options = {}): Container {
  const client = new CosmosClient({
    endpoint,
    key,
    connectionPolicy: { retryOptions: { maxRetryAttemptCount: 0 } as never },
    ...options,
  });
  onTestFinished(() => client.dispose());
  return client.database('db').container('items');
}

/** Writes until there is no more to be had; returns what was spent. */
async function drain(container: Container, pk = 'p', options = {}): Promise<number> {
  let spent = 0;
  for (let count = 0; count < 1000; count++) {
    try {
      spent += (await container.items.create({ id: randomUUID(), pk }, options)).requestCharge;
    } catch (error) {
      expect(error).toMatchObject({ code: 429 });
      return spent;
    }
  }
  throw new Error('nothing was throttled');
}

describe('a physical range', () => {
  test('serves what its throughput allows in a second, and then says when to come again', async () => {
    const { emulator, pass } = await openThrottled();
    const container = impatient(emulator);
    pass(250);
    const spent = await drain(container);
    expect(spent).toBeGreaterThanOrEqual(400);
    expect(spent).toBeLessThan(410);
    const { status, headers, text } = await send(emulator, { path: `${DOCS}/1`, headers: KEY });
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      'x-ms-substatus': '3200',
      'x-ms-retry-after-ms': '750',
      'x-ms-request-charge': '0.38',
    });
    const { code, message } = JSON.parse(text);
    expect(code).toBe('429');
    expect(message).toMatch(
      /^Message: \{"Errors":\["Request rate is large\. More Request Units may be needed, so no changes were made\. Please retry this request later\. Learn more: http:\/\/aka\.ms\/cosmosdb-error-429"\]\}\r\nActivityId: /,
    );
    pass(749);
    expect((await send(emulator, { path: `${DOCS}/1`, headers: KEY })).status).toBe(429);
    pass(1);
    expect((await send(emulator, { path: `${DOCS}/1`, headers: KEY })).status).toBe(404);
  });

  test('lacks in the next second what was overdrawn in this one', async () => {
    const { emulator, pass, container } = await openThrottled();
    const pad = 'x'.repeat(1_000_000);
    const { requestCharge } = await container.items.create({ id: 'large', pk: 'p', pad });
    const seconds = Math.floor(requestCharge / 400);
    expect(seconds).toBeGreaterThan(1);
    const answer = await send(emulator, { path: `${DOCS}/1`, headers: KEY });
    expect([answer.status, answer.headers['x-ms-retry-after-ms']]).toEqual([429, String(seconds * 1000)]);
    pass(seconds * 1000);
    expect(await drain(impatient(emulator))).toBeLessThan(401);
  });

  test('has its part of the throughput, which the others cannot spend', async () => {
    const { emulator, container } = await openThrottled({ throughput: 800, ranges: 2 });
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { resources } = await container.readPartitionKeyRanges().fetchAll();
    expect(resources.map((range) => range.throughputFraction)).toEqual([0.5, 0.5]);
    const impatientContainer = impatient(emulator);
    expect(await drain(impatientContainer, 'a')).toBeLessThan(410);
    const spent = await Promise.all(keys.slice(1).map((key) => drain(impatientContainer, key)));
    const total = spent.reduce((sum, one) => sum + one, 0);
    expect(total).toBeGreaterThanOrEqual(400);
    expect(total).toBeLessThan(410 + 60);
  });

  test('refuses what reaches into it from other ranges, and not what knows nothing of documents', async () => {
    const { emulator } = await openThrottled({ throughput: 800, ranges: 2 });
    const container = impatient(emulator);
    await drain(container, 'a');
    await expect(container.items.readAll().fetchAll()).rejects.toMatchObject({ code: 429 });
    expect((await container.read()).statusCode).toBe(200);
    expect((await container.readPartitionKeyRanges().fetchAll()).resources).toHaveLength(2);
  });

  test('pays for what it refuses', async () => {
    const { emulator } = await openThrottled();
    let refused = 0;
    while ((await send(emulator, { path: `${DOCS}/none`, headers: KEY })).status === 404) refused++;
    expect(refused).toBe(Math.ceil(400 / 1.24));
  });
});

describe('a batch', () => {
  const create = (id: number): OperationInput => ({
    operationType: BulkOperationType.Create,
    partitionKey: 'p',
    resourceBody: { id: String(id), pk: 'p' },
  });
  const creates = Array.from({ length: 100 }, (_, id) => create(id));

  test('of operations that stand for themselves is throttled from one operation on', async () => {
    const { emulator } = await openThrottled();
    const operations = creates.map((one) => ({ ...one, partitionKey: '["p"]' }));
    const headers = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-continue-on-error': 'true', ...KEY };
    const { status, text } = await send(emulator, {
      method: 'POST',
      path: DOCS,
      headers,
      body: JSON.stringify(operations),
    });
    expect(status).toBe(207);
    const results = JSON.parse(text) as { statusCode: number; requestCharge: number }[];
    const first = results.findIndex(({ statusCode }) => statusCode === 429);
    expect(first).toBe(Math.ceil(400 / (results[0]?.requestCharge ?? 0)));
    expect(results[first]).toMatchObject({ subStatusCode: 3200, requestCharge: 0.38, retryAfterMilliseconds: 1000 });
    expect(new Set(results.slice(first).map(({ statusCode }) => statusCode))).toEqual(new Set([429]));
    expect(emulator.journal()).toHaveLength(first);
  });

  test('is written to its end by the official client, which sends again what was throttled', async () => {
    const { emulator, container, pass } = await openThrottled();
    pass(990);
    // The client waits for one throttled operation after the other.
    const ticking = setInterval(() => pass(1000), 20);
    onTestFinished(() => clearInterval(ticking));
    const results = await container.items.executeBulkOperations(creates);
    expect(new Set(results.map(({ response }) => response?.statusCode))).toEqual(new Set([201]));
    expect(emulator.journal()).toHaveLength(100);
  });

  test('that is atomic is let in as a whole or not at all', async () => {
    const { emulator, pass } = await openThrottled();
    const container = impatient(emulator);
    const { code, headers } = await container.items.batch(creates, 'p');
    expect([code, Number(headers?.['x-ms-request-charge']) > 400]).toEqual([200, true]);
    await expect(container.items.batch([create(100)], 'p')).rejects.toMatchObject({
      cause: { code: 429, substatus: 3200 },
    });
    expect(emulator.journal()).toHaveLength(100);
    pass(2000);
    expect((await container.items.batch([create(100)], 'p')).code).toBe(200);
  });
});

describe('low priority', () => {
  const low = { priorityLevel: PriorityLevel.Low };
  const read = (emulator: Emulator, level: string) =>
    send(emulator, { path: `${DOCS}/1`, headers: { ...KEY, 'x-ms-cosmos-priority-level': level } });

  test('is sacrificed first: high priority has the whole throughput, whatever low priority took', async () => {
    const { emulator, pass } = await openThrottled();
    const container = impatient(emulator);
    expect(await drain(container, 'p', low)).toBeGreaterThanOrEqual(400);
    expect((await read(emulator, 'Low')).status).toBe(429);
    expect((await read(emulator, 'High')).status).toBe(404);
    expect(await drain(container, 'p')).toBeGreaterThan(390);
    expect((await read(emulator, 'High')).status).toBe(429);
    pass(1000);
    // It gives back what it took from high priority.
    expect((await read(emulator, 'High')).status).toBe(404);
    expect((await read(emulator, 'Low')).status).toBe(429);
    pass(1000);
    expect((await read(emulator, 'Low')).status).toBe(404);
  });

  test('has what high priority leaves', async () => {
    const { emulator, container } = await openThrottled();
    const charge = (await container.items.create({ id: '1', pk: 'p' })).requestCharge;
    expect(await drain(impatient(emulator), 'p', low)).toBeLessThan(410 - charge);
  });
});

describe('a throughput bucket', () => {
  test('has its part of the throughput, and nothing is kept for it', async () => {
    const { emulator, container } = await openThrottled();
    const { resource: offer } = await container.readOffer();
    const content = { ...offer?.content, throughputBuckets: [{ id: 2, maxThroughputPercentage: 25 }] };
    await container.database.client.offer(offer?.id ?? '').replace({ ...offer, content } as never);
    const bucket = (id: number) => impatient(emulator, { throughputBucket: id });
    const spent = await drain(bucket(2));
    expect(spent).toBeGreaterThanOrEqual(100);
    expect(spent).toBeLessThan(110);
    await expect(bucket(2).item('1', 'p').read()).rejects.toMatchObject({ code: 429, substatus: 3212 });
    expect((await bucket(1).item('1', 'p').read()).statusCode).toBe(404);
    expect((await drain(impatient(emulator))) + spent).toBeGreaterThanOrEqual(398);
  });

  test.each(['0', '6', 'x', '1.5'])('is not called %s', async (id) => {
    const { emulator } = await openThrottled();
    const headers = { ...KEY, 'x-ms-cosmos-throughput-bucket': id };
    expect((await send(emulator, { path: `${DOCS}/1`, headers })).status).toBe(400);
  });
});

describe('throughput', () => {
  test('of a database is shared by its containers, and not by those that have their own', async () => {
    const { emulator, client } = await openThrottled();
    const { database } = await client.databases.create({ id: 'shared', throughput: 400 });
    const partitionKey = { paths: ['/pk'] };
    await database.containers.create({ id: 'one', partitionKey });
    await database.containers.create({ id: 'two', partitionKey });
    await database.containers.create({ id: 'own', partitionKey, throughput: 400 });
    const open = (name: string) => impatient(emulator).database.client.database('shared').container(name);
    const spent = await drain(open('one'));
    expect(spent).toBeLessThan(410);
    await expect(open('two').item('1', 'p').read()).rejects.toMatchObject({ code: 429 });
    expect(await drain(open('own'))).toBeGreaterThanOrEqual(400);
  });

  test('of autoscale is as much as its highest', async () => {
    const { emulator, client } = await openThrottled();
    const { database } = await client.databases.create({ id: 'auto' });
    await database.containers.create({ id: 'items', partitionKey: { paths: ['/pk'] }, maxThroughput: 1000 });
    const spent = await drain(impatient(emulator).database.client.database('auto').container('items'));
    expect(spent).toBeGreaterThanOrEqual(1000);
    expect(spent).toBeLessThan(1010);
  });

  test('that is raised counts at once', async () => {
    const { emulator, container } = await openThrottled();
    expect(await drain(impatient(emulator))).toBeLessThan(410);
    const { resource: offer } = await container.readOffer();
    const content = { ...offer?.content, offerThroughput: 500 };
    await container.database.client.offer(offer?.id ?? '').replace({ ...offer, content } as never);
    expect(await drain(impatient(emulator))).toBeGreaterThan(85);
  });

  test('is not enforced unless it is asked for', async () => {
    const { container } = await openRig({ ranges: 1, clock: () => START_MS });
    const pad = 'x'.repeat(100_000);
    for (let id = 0; id < 200; id++) await container.items.create({ id: String(id), pk: 'p', pad });
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
  });

  test.each([{ throughput: 300 }, { throughput: 450 }, { throughput: 20_000 }, { throughput: Number.NaN }])(
    'of $throughput is refused for one range',
    async ({ throughput }) => {
      await expect(openRig({ throughput, ranges: 1 })).rejects.toMatchObject({ code: 'usage' });
    },
  );
});

describe('an offer', () => {
  const replace = async ({ client, container }: Rig, content: object) => {
    const { resource: offer } = await container.readOffer();
    return client.offer(offer?.id ?? '').replace({ ...offer, content } as never);
  };

  test('goes over from manual throughput to autoscale and back', async () => {
    const rig = await openRig();
    const autoscale = await replace(rig, { offerThroughput: 400, offerAutopilotSettings: { maxThroughput: 4000 } });
    expect(autoscale.resource?.content?.offerAutopilotSettings).toEqual({ maxThroughput: 4000 });
    const manual = await replace(rig, { offerThroughput: 500 });
    expect(manual.resource?.content).toMatchObject({ offerThroughput: 500 });
    expect(manual.resource?.content).not.toHaveProperty('offerAutopilotSettings');
    const { resource } = await rig.container.readOffer();
    expect((await rig.client.offer(resource?.id ?? '').read()).resource?.content).toEqual(manual.resource?.content);
  });

  test('cannot be lowered below a hundredth of the most that there ever was', async () => {
    const rig = await openRig({ ranges: 1 });
    await replace(rig, { offerThroughput: 90_000 });
    const { headers } = await replace(rig, { offerThroughput: 1000 });
    expect(headers['x-ms-cosmos-min-throughput']).toBe('900');
    await expect(replace(rig, { offerThroughput: 800 })).rejects.toMatchObject({ code: 400 });
    await expect(replace(rig, { offerAutopilotSettings: { maxThroughput: 8000 } })).rejects.toMatchObject({
      code: 400,
    });
    expect((await replace(rig, { offerThroughput: 900 })).statusCode).toBe(200);
  });

  test.each([
    [{ id: 6, maxThroughputPercentage: 10 }],
    [{ id: 1, maxThroughputPercentage: 0 }],
    [{ id: 1, maxThroughputPercentage: 101 }],
    [
      { id: 1, maxThroughputPercentage: 1 },
      { id: 1, maxThroughputPercentage: 2 },
    ],
  ])('with the buckets %j is refused', async (...throughputBuckets) => {
    const rig = await openRig();
    await expect(replace(rig, { offerThroughput: 400, throughputBuckets })).rejects.toMatchObject({ code: 400 });
  });
});
