import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container, UniqueKeyPolicy } from '@azure/cosmos';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connect, openEmulator, openRig } from './rig.ts';

const EMAIL: UniqueKeyPolicy = { uniqueKeys: [{ paths: ['/email'] }] };
const TAKEN = { code: 409, body: { code: 'Conflict' } };

async function openUnique(uniqueKeyPolicy: UniqueKeyPolicy = EMAIL): Promise<Container> {
  const { client } = await openRig();
  return createUnique(client, uniqueKeyPolicy);
}

async function createUnique(client: ReturnType<typeof connect>, uniqueKeyPolicy: UniqueKeyPolicy): Promise<Container> {
  const { database } = await client.databases.createIfNotExists({ id: 'db' });
  const partitionKey = { paths: ['/pk'], version: 2 };
  return (await database.containers.create({ id: 'unique', partitionKey, uniqueKeyPolicy })).container;
}

describe('a unique key', () => {
  test('is had by one document of a logical partition', async () => {
    const container = await openUnique();
    await container.items.create({ id: '1', pk: 'p', email: 'a' });
    await container.items.create({ id: '1', pk: 'q', email: 'a' });
    await container.items.create({ id: '2', pk: 'p', email: 'b' });
    await expect(container.items.create({ id: '3', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    await expect(container.items.upsert({ id: '3', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    await expect(container.items.upsert({ id: '2', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    const two = container.item('2', 'p');
    await expect(two.replace({ id: '2', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    await expect(two.patch([{ op: 'set', path: '/email', value: 'a' }])).rejects.toMatchObject(TAKEN);
    expect((await two.read()).resource).toMatchObject({ email: 'b' });
  });

  test('may be written again by the document that has it, and changed', async () => {
    const container = await openUnique();
    const one = container.item('1', 'p');
    await container.items.create({ id: '1', pk: 'p', email: 'a' });
    await container.items.upsert({ id: '1', pk: 'p', email: 'a', n: 1 });
    await one.replace({ id: '1', pk: 'p', email: 'a', n: 2 });
    await one.patch([{ op: 'incr', path: '/n', value: 1 }]);
    await one.replace({ id: '1', pk: 'p', email: 'b' });
    await container.items.create({ id: '2', pk: 'p', email: 'a' });
    await expect(container.items.create({ id: '3', pk: 'p', email: 'b' })).rejects.toMatchObject(TAKEN);
  });

  test('is free again when the document is gone', async () => {
    const container = await openUnique();
    await container.items.create({ id: '1', pk: 'p', email: 'a' });
    await container.item('1', 'p').delete();
    await container.items.create({ id: '2', pk: 'p', email: 'a' });
    await container.deleteAllItemsForPartitionKey('p');
    await container.items.create({ id: '3', pk: 'p', email: 'a' });
  });

  test('is free again when the document has expired', async () => {
    let now = Date.now();
    const { client } = await openRig({ clock: () => now });
    const partitionKey = { paths: ['/pk'], version: 2 };
    const definition = { id: 'unique', partitionKey, uniqueKeyPolicy: EMAIL, defaultTtl: 60 };
    const { container } = await client.database('db').containers.create(definition);
    await container.items.create({ id: '1', pk: 'p', email: 'a' });
    await container.items.create({ id: '2', pk: 'p', email: 'b', ttl: -1 });
    await expect(container.item('2', 'p').replace({ id: '2', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    now += 61_000;
    await container.item('2', 'p').replace({ id: '2', pk: 'p', email: 'a', ttl: -1 });
    await expect(container.items.create({ id: '1', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    await container.items.create({ id: '1', pk: 'p', email: 'b' });
  });

  test('that a document lacks counts as null', async () => {
    const container = await openUnique();
    await container.items.create({ id: '1', pk: 'p' });
    await expect(container.items.create({ id: '2', pk: 'p', email: null })).rejects.toMatchObject(TAKEN);
    await expect(container.items.create({ id: '2', pk: 'p', Email: 'x' })).rejects.toMatchObject(TAKEN);
    await container.items.create({ id: '2', pk: 'p', email: 'null' });
  });

  test.each([
    ['text and a number', '1', 1],
    ['text of different case', 'a', 'A'],
    ['true and a number', true, 1],
    ['an empty text and null', '', null],
    ['objects', { a: 1 }, { a: 2 }],
    ['lists in another order', [1, 2], [2, 1]],
    ['an object and a list', { a: 1 }, [['a', 1]]],
  ])('differs between %s', async (_, left, right) => {
    const container = await openUnique();
    await container.items.create({ id: '1', pk: 'p', email: left });
    await container.items.create({ id: '2', pk: 'p', email: right });
    await expect(container.items.create({ id: '3', pk: 'p', email: left })).rejects.toMatchObject(TAKEN);
  });

  test('may be an object, in whatever order its members are', async () => {
    const container = await openUnique();
    await container.items.create({ id: '1', pk: 'p', email: { a: 1, b: { c: 1, d: 2 } } });
    const same = { id: '2', pk: 'p', email: { b: { d: 2, c: 1 }, a: 1 } };
    await expect(container.items.create(same)).rejects.toMatchObject(TAKEN);
  });

  test('may be made of several properties, and there may be several', async () => {
    const container = await openUnique({ uniqueKeys: [{ paths: ['/name/first', '/name/last'] }, { paths: ['/n'] }] });
    await container.items.create({ id: '1', pk: 'p', name: { first: 'a', last: 'b' }, n: 1 });
    await container.items.create({ id: '2', pk: 'p', name: { first: 'a', last: 'c' }, n: 2 });
    const name = { first: 'a', last: 'b' };
    await expect(container.items.create({ id: '3', pk: 'p', name, n: 3 })).rejects.toMatchObject(TAKEN);
    await expect(container.items.create({ id: '3', pk: 'p', n: 2 })).rejects.toMatchObject(TAKEN);
    await container.items.create({ id: '3', pk: 'p', n: 3 });
  });

  test('is kept in a transaction, and not by one that failed', async () => {
    const container = await openUnique();
    const create = (id: string, email: string) => ({
      operationType: 'Create' as const,
      resourceBody: { id, pk: 'p', email },
    });
    const failed = await container.items.batch([create('1', 'a'), create('2', 'b'), create('3', 'a')], 'p');
    expect(failed.result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 409]);
    const remove = { operationType: 'Delete' as const, id: '1' };
    const done = await container.items.batch([create('1', 'a'), remove, create('2', 'a')], 'p');
    expect(done.result?.map(({ statusCode }) => statusCode)).toEqual([201, 204, 201]);
    await expect(container.items.create({ id: '4', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
  });

  test('is refused to one operation of a bulk request, and the others are applied', async () => {
    const container = await openUnique();
    const operations = ['a', 'a', 'b'].map((email, index) => ({
      operationType: 'Create',
      resourceBody: { id: `${index}`, pk: 'p', email },
      partitionKey: 'p',
    }));
    const results = await container.items.executeBulkOperations(operations as never);
    const statuses = results.map(({ response, error }) => response?.statusCode ?? error?.code);
    expect(statuses).toEqual([201, 409, 201]);
  });

  test('is had after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unique-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const data = join(folder, 'data');
    const first = await openEmulator({ data });
    await (await createUnique(connect(first), EMAIL)).items.create({ id: '1', pk: 'p', email: 'a' });
    await first.close();
    const container = connect(await openEmulator({ data }))
      .database('db')
      .container('unique');
    await expect(container.items.create({ id: '2', pk: 'p', email: 'a' })).rejects.toMatchObject(TAKEN);
    await container.delete();
    await expect(container.read()).rejects.toMatchObject({ code: 404 });
  });
});

describe('a unique key policy', () => {
  const paths = (count: number) => Array.from({ length: count }, (_, index) => `/p${index}`);

  test.each<[string, unknown]>([
    ['a list', []],
    ['no list of keys', { uniqueKeys: {} }],
    ['a key without paths', { uniqueKeys: [{}] }],
    ['a key with no path', { uniqueKeys: [{ paths: [] }] }],
    ['a path that is none', { uniqueKeys: [{ paths: ['email'] }] }],
    ['the path to the document', { uniqueKeys: [{ paths: ['/'] }] }],
    ['a path twice', { uniqueKeys: [{ paths: ['/a', '/a'] }] }],
    ['eleven keys', { uniqueKeys: paths(11).map((path) => ({ paths: [path] })) }],
    ['seventeen paths', { uniqueKeys: [{ paths: paths(17) }] }],
  ])('of %s is refused', async (_, policy) => {
    await expect(openUnique(policy as UniqueKeyPolicy)).rejects.toMatchObject({ code: 400 });
  });

  test('is served as it was given and cannot be changed', async () => {
    const container = await openUnique();
    const { resource } = await container.read();
    expect(resource?.uniqueKeyPolicy).toEqual(EMAIL);
    const definition = { id: 'unique', partitionKey: { paths: ['/pk'], version: 2 } };
    expect((await container.replace({ ...definition, uniqueKeyPolicy: EMAIL, defaultTtl: 5 })).statusCode).toBe(200);
    const other = { uniqueKeys: [{ paths: ['/other'] }] };
    await expect(container.replace({ ...definition, uniqueKeyPolicy: other })).rejects.toMatchObject({ code: 403 });
    await expect(container.replace(definition)).rejects.toMatchObject({ code: 403 });
  });
});
