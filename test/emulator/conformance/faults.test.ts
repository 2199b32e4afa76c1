import { ChangeFeedStartFrom } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/emulator/emulator.ts';
import { drain, readPage } from './feed.ts';
import { describeService, type Service } from './service.ts';

/** Puts these faults on the next requests of an operation, one each, and counts what arrives. */
function put(service: Service, operation: string, faults: readonly Fault[]): { seen: number } {
  const left = [...faults];
  const count = { seen: 0 };
  service.embedded('faults').fail((exchange) => {
    if (exchange.operation !== operation) return undefined;
    count.seen++;
    return left.shift();
  });
  return count;
}

const THROTTLED: Fault = { status: 429, substatus: 3200, retryAfterMs: 1 };

describeService('faults on command', (service) => {
  test('429 is waited out by the client, as often as it will', async () => {
    const { items } = await service.container();
    const count = put(service, 'create', [THROTTLED, THROTTLED, THROTTLED]);
    const { statusCode, headers } = await items.create({ id: '1', pk: 'p' });
    expect([statusCode, headers['x-ms-throttle-retry-count'], count.seen]).toEqual([201, 3, 4]);
  });

  test('429 for too long reaches the caller, with its substatus and wait', async () => {
    const { items } = await service.container();
    put(
      service,
      'create',
      Array.from({ length: 10 }, () => THROTTLED),
    );
    await expect(items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({
      code: 429,
      substatus: 3200,
      retryAfterInMs: 1,
      body: { code: '429', message: expect.stringContaining('Request rate is large') },
    });
  });

  test.each<[string, Fault, string]>([
    ['449', { status: 449 }, 'RetryWith'],
    ['503', { status: 503 }, 'ServiceUnavailable'],
    ['410 with 1002', { status: 410, substatus: 1002 }, 'Gone'],
    ['500', { status: 500 }, 'InternalServerError'],
    ['408', { status: 408 }, 'RequestTimeout'],
    ['423', { status: 423 }, 'Locked'],
  ])('rule 1: %s to a write reaches the caller with its body, and nothing was applied', async (_, fault, code) => {
    const container = await service.container();
    put(service, 'create', [fault]);
    const { status, substatus } = fault as { status: number; substatus?: number };
    const refusal = {
      code: status,
      body: { code, message: expect.stringMatching(/./) },
      ...(substatus && { substatus }),
    };
    await expect(container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject(refusal);
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
  });

  test('503 to a read is tried again', async () => {
    const container = await service.container();
    await container.items.create({ id: '1', pk: 'p' });
    const count = put(service, 'read', [{ status: 503 }]);
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    expect(count.seen).toBe(2);
  });

  test('429 and 503 to the change feed leave its position where it was', async () => {
    const container = await service.container();
    await container.items.create({ id: '1', pk: 'p' });
    const feed = container.items.getChangeFeedIterator({ maxItemCount: 10 });
    while ((await feed.readNext()).statusCode !== 304);
    await container.items.create({ id: '2', pk: 'p' });
    put(
      service,
      'changeFeed',
      Array.from({ length: 11 }, (_, index) => (index < 10 ? THROTTLED : { status: 503 })),
    );
    await expect(feed.readNext()).rejects.toMatchObject({ code: 429 });
    const seen: unknown[] = [];
    for (let page = await feed.readNext(); page.statusCode !== 304; page = await feed.readNext()) {
      seen.push(...page.result.map(({ id }) => id));
    }
    expect(seen).toEqual(['2']);
  });

  test('429 to a bulk request is waited out by the client', async () => {
    const { items } = await service.container();
    put(service, 'batch', [{ status: 429, substatus: 3200, retryAfterMs: 1 }]);
    const operation = { operationType: 'Create' as const, partitionKey: 'p', resourceBody: { id: '1', pk: 'p' } };
    const [result] = await items.executeBulkOperations([operation]);
    expect(result?.response?.statusCode).toBe(201);
  });

  test('403 for a signature that is too old, and for a clock that goes ahead', async () => {
    const container = await service.container();
    put(service, 'create', [{ expired: true }]);
    const expired = { code: 403, message: expect.stringContaining('not valid at the current time') };
    await expect(container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject(expired);
    service.embedded('a clock that can be turned').pass(1000);
    await expect(container.item('1', 'p').read()).rejects.toMatchObject(expired);
  });

  test('a container that is created again while a client reads its feed is no end of the feed', async () => {
    const container = await service.container();
    await container.items.create({ id: '1', pk: 'p' });
    const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    await drain(feed);
    const { continuationToken } = await readPage(feed);
    service.embedded('faults').emulator.recreate(service.databaseId, container.id);
    const again = service.connect().database(service.databaseId).container(container.id);
    const rest = again.items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuationToken),
    });
    await expect(rest.readNext()).rejects.toThrow(/not for the current container/);
  });

  test('an answer that breaks off is no answer', async () => {
    const { items } = await service.container();
    put(service, 'create', [{ truncateAfter: 20 }]);
    await expect(items.create({ id: '1', pk: 'p' })).rejects.toThrow();
    await expect(items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 409 });
  });

  describe('a cut connection', () => {
    test('before the write leaves nothing behind', async () => {
      const container = await service.container();
      put(service, 'upsert', [{ before: 'drop' }]);
      await expect(container.items.upsert({ id: '1', pk: 'p' })).rejects.toThrow();
      expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    });

    test('after the write leaves what was written', async () => {
      const container = await service.container();
      put(service, 'upsert', [{ after: 'drop' }]);
      await expect(container.items.upsert({ id: '1', pk: 'p' })).rejects.toThrow();
      expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    });
  });

  test('rule 20: a request that is never answered is asked again by the client after its own time-out', async () => {
    const { id } = await service.container();
    await service.database.container(id).items.create({ id: '1', pk: 'p' });
    const client = service.connect({ connectionPolicy: { requestTimeout: 300 } });
    const item = client.database(service.databaseId).container(id).item('1', 'p');
    const count = put(service, 'read', [{ hang: true }]);
    expect((await item.read()).statusCode).toBe(200);
    expect(count.seen).toBeGreaterThanOrEqual(2);
  });
});
