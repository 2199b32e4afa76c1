import { BulkOperationType, type Container, type JSONObject, type OperationInput } from '@azure/cosmos';
import { describe, expect, test, vi } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { send } from './wire.ts';

interface Timed extends Rig {
  /** Lets seconds pass. Fewer than 900 in all: then signatures are no longer of today. */
  pass(seconds: number): void;
}

async function openTimed(options: Parameters<typeof openRig>[0] = {}): Promise<Timed> {
  let now = Math.floor(Date.now() / 1000) * 1000;
  const rig = await openRig({ ranges: 1, ...options, clock: () => now });
  return {
    ...rig,
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

async function idsOf(container: Container): Promise<string[]> {
  return (await container.items.query<string>('SELECT VALUE c.id FROM c').fetchAll()).resources;
}

async function setTtl(container: Container, defaultTtl: number | undefined): Promise<void> {
  const { resource } = await container.read();
  const { defaultTtl: _, ...rest } = resource as NonNullable<typeof resource>;
  await container.replace({ ...rest, ...(defaultTtl !== undefined && { defaultTtl }) } as never);
}

const PAGE = { path: '/dbs/db/colls/items/docs', headers: { 'x-ms-documentdb-partitionkeyrangeid': '0' } };
const FEED = { ...PAGE, headers: { ...PAGE.headers, 'a-im': 'Incremental Feed' } };

describe('an item that has expired', () => {
  test('is gone for reads, queries, feeds, counts and conditional writes in the second in which it expires', async () => {
    const { emulator, container, pass } = await openTimed({ defaultTtl: 10 });
    await container.items.create({ id: '1', pk: 'p' });
    pass(9);
    await container.items.create({ id: '2', pk: 'p' });
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    pass(1);
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    expect(await idsOf(container)).toEqual(['2']);
    expect((await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([1]);
    expect((await container.items.readAll().fetchAll()).resources).toMatchObject([{ id: '2' }]);
    for (const call of [PAGE, FEED]) {
      expect(JSON.parse((await send(emulator, call)).text).Documents).toMatchObject([{ id: '2' }]);
    }
    expect((await container.read({ populateQuotaInfo: true })).headers['x-ms-resource-usage']).toContain('Count=1;');
    await expect(container.item('1', 'p').replace({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 404 });
    await expect(container.item('1', 'p').delete()).rejects.toMatchObject({ code: 404 });
  });

  test('makes way for another of its id, which is a new one', async () => {
    const { emulator, container, pass } = await openTimed({ defaultTtl: 10 });
    const before = await container.items.create({ id: '1', pk: 'p' });
    await container.items.create({ id: '2', pk: 'p' });
    pass(10);
    const created = await container.items.create({ id: '1', pk: 'p', again: true });
    expect(created.statusCode).toBe(201);
    expect(created.resource?._rid).not.toBe(before.resource?._rid);
    expect((await container.items.upsert({ id: '2', pk: 'p' })).statusCode).toBe(201);
    expect((await idsOf(container)).toSorted()).toEqual(['1', '2']);
    const operations = emulator.journal().map(({ operation, id }) => `${operation} ${id}`);
    expect(operations).toEqual(['create 1', 'create 2', 'ttl 1', 'create 1', 'ttl 2', 'create 2']);
  });

  test('is removed without anybody asking for it', async () => {
    const { emulator, container, pass } = await openTimed({ defaultTtl: 10 });
    for (const id of ['1', '2']) await container.items.create({ id, pk: 'p' });
    pass(10);
    await vi.waitFor(() => expect(emulator.journal(2)).toHaveLength(2), { timeout: 10_000 });
    expect(emulator.journal(2)).toMatchObject([
      { operation: 'ttl', id: '1', lsn: 3 },
      { operation: 'ttl', id: '2', lsn: 4 },
    ]);
  });
});

describe('a time to live', () => {
  test('of an item goes before that of its container, and -1 is never', async () => {
    const { container, pass } = await openTimed({ defaultTtl: 10 });
    await container.items.create({ id: 'short', pk: 'p', ttl: 5 });
    await container.items.create({ id: 'long', pk: 'p', ttl: 500 });
    await container.items.create({ id: 'never', pk: 'p', ttl: -1 });
    await container.items.create({ id: 'default', pk: 'p' });
    pass(5);
    expect(await idsOf(container)).toEqual(['long', 'never', 'default']);
    pass(5);
    expect(await idsOf(container)).toEqual(['long', 'never']);
    pass(490);
    expect(await idsOf(container)).toEqual(['never']);
  });

  test('counts from the last write, with the value of that write', async () => {
    const { container, pass } = await openTimed({ defaultTtl: -1 });
    for (const id of ['1', '2', '3']) await container.items.create({ id, pk: 'p', ttl: 10 });
    pass(9);
    await container.items.upsert({ id: '1', pk: 'p', ttl: 10 });
    await container.items.upsert({ id: '2', pk: 'p' });
    pass(9);
    expect(await idsOf(container)).toEqual(['1', '2']);
    pass(1);
    expect(await idsOf(container)).toEqual(['2']);
  });

  test('has no effect in a container without one, and gets it with the container', async () => {
    const { container, pass } = await openTimed();
    await container.items.create({ id: '1', pk: 'p', ttl: 10 });
    await container.items.create({ id: '2', pk: 'p', ttl: 'soon' } as never);
    pass(20);
    expect(await idsOf(container)).toEqual(['1', '2']);
    await setTtl(container, -1);
    expect(await idsOf(container)).toEqual(['2']);
    await setTtl(container, 15);
    expect(await idsOf(container)).toEqual([]);
  });

  test('of a container that changes is that of the items it has', async () => {
    const { container, pass } = await openTimed({ defaultTtl: 10 });
    await container.items.create({ id: '1', pk: 'p' });
    await setTtl(container, 300);
    pass(100);
    expect(await idsOf(container)).toEqual(['1']);
    await setTtl(container, undefined);
    pass(300);
    expect(await idsOf(container)).toEqual(['1']);
  });

  test('that is refused in a batch leaves the others of the batch alone', async () => {
    const uniqueKeyPolicy = { uniqueKeys: [{ paths: ['/name'] }] };
    const { container } = await openTimed({ defaultTtl: -1, uniqueKeyPolicy });
    await container.items.create({ id: '1', pk: 'p', name: 'one' });
    const upsert = (resourceBody: JSONObject & { id: string }): OperationInput => ({
      operationType: BulkOperationType.Upsert,
      partitionKey: 'p',
      resourceBody: { pk: 'p', ...resourceBody },
    });
    const results = await container.items.executeBulkOperations([
      upsert({ id: '1', name: 'two', ttl: 0 }),
      upsert({ id: '3', name: 'three', ttl: 0 }),
      upsert({ id: '4', name: 'four', ttl: 5 }),
    ]);
    expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([400, 400, 201]);
    expect((await container.items.create({ id: '5', pk: 'p', name: 'three' })).statusCode).toBe(201);
    await expect(container.items.create({ id: '6', pk: 'p', name: 'one' })).rejects.toMatchObject({ code: 409 });
    expect((await container.items.create({ id: '7', pk: 'p', name: 'two' })).statusCode).toBe(201);
  });

  test.each([0, -2, 1.5, '5', null, 2 ** 31])('of %j is refused', async (ttl) => {
    const { emulator, container } = await openTimed({ defaultTtl: -1 });
    const body = JSON.stringify({ id: '1', pk: 'p', ttl });
    const headers = { 'x-ms-documentdb-partitionkey': '["p"]' };
    const { status, text } = await send(emulator, { method: 'POST', path: PAGE.path, headers, body });
    expect(status).toBe(400);
    expect(JSON.parse(text).message).toContain(`The input ttl '${JSON.stringify(ttl).replaceAll('"', '\\"')}' is`);
    expect(await idsOf(container)).toEqual([]);
  });
});
