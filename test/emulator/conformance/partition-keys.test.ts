import { type Container, type PartitionKey, type PartitionKeyDefinition, PartitionKeyKind } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { describeService } from './service.ts';

const V1 = { paths: ['/pk'] } as PartitionKeyDefinition;
const V2 = { paths: ['/pk'], version: 2 } as PartitionKeyDefinition;
const LEVELS: PartitionKeyDefinition = { paths: ['/a', '/b', '/c'], kind: PartitionKeyKind.MultiHash, version: 2 };

/** What the key is in the document, and what it is to the client. */
const KEYS: readonly (readonly [string, object, PartitionKey])[] = [
  ['text', { pk: 'p' }, 'p'],
  ['empty text', { pk: '' }, ''],
  ['text with an accent and a quote', { pk: 'é"' }, 'é"'],
  ['text outside the basic plane', { pk: '😀\\ 緑茶' }, '😀\\ 緑茶'],
  ['text of 100 characters', { pk: 'x'.repeat(100) }, 'x'.repeat(100)],
  ['zero', { pk: 0 }, 0],
  ['a negative fraction', { pk: -1.5 }, -1.5],
  ['a large number', { pk: 1e21 }, 1e21],
  ['true', { pk: true }, true],
  ['false', { pk: false }, false],
  ['null', { pk: null }, null],
  ['none', {}, {}],
];

describeService('partition keys', (service) => {
  describe.each([
    [1, V1],
    [2, V2],
  ])('of version %i', (_, partitionKey) => {
    test.each(KEYS)('may be %s', async (_, properties, key) => {
      const container = await service.container({ partitionKey });
      await container.items.create({ id: '1', ...properties, n: 1 });
      expect((await container.item('1', key).read()).resource).toMatchObject({ id: '1', n: 1 });
      expect((await container.items.query('SELECT * FROM c', { partitionKey: key }).fetchAll()).resources).toHaveLength(
        1,
      );
      expect((await container.items.upsert({ id: '1', ...properties, n: 2 })).statusCode).toBe(200);
      expect((await container.item('1', key).replace({ id: '1', ...properties, n: 3 })).statusCode).toBe(200);
      const batch = await container.items.batch([{ operationType: 'Read', id: '1' }], key);
      expect([batch.code, batch.result?.[0]?.resourceBody]).toMatchObject([200, { n: 3 }]);
      expect((await container.item('1', key).delete()).statusCode).toBe(204);
    });
  });

  test('rule 14: none and null are two keys', async () => {
    const { client, exchanges } = service.record();
    const { id } = await service.container();
    const container = client.database(service.databaseId).container(id);
    await container.items.create({ id: '1', is: 'none' });
    await container.items.create({ id: '1', pk: null, is: 'null' });
    expect((await container.item('1', {}).read()).resource).toMatchObject({ is: 'none' });
    expect((await container.item('1', undefined).read()).resource).toMatchObject({ is: 'none' });
    expect((await container.item('1', null).read()).resource).toMatchObject({ is: 'null' });
    const sent = exchanges.filter(({ method, path }) => method === 'POST' && path.endsWith('/docs'));
    expect(sent.map(({ headers }) => headers['x-ms-documentdb-partitionkey'])).toEqual(['[{}]', '[null]']);
  });

  test('rule 16: a definition without a version is one of version 1', async () => {
    const { resource } = await (await service.container({ partitionKey: V1 })).read();
    expect(resource?.partitionKey?.version ?? 1).toBe(1);
    const { resource: second } = await (await service.container({ partitionKey: V2 })).read();
    expect(second?.partitionKey?.version).toBe(2);
  });

  test('may be of a nested path, or of one in quotes', async () => {
    const nested = await service.container({ partitionKey: { paths: ['/a/b'], version: 2 } as PartitionKeyDefinition });
    await nested.items.create({ id: '1', a: { b: 'x' } });
    expect((await nested.item('1', 'x').read()).statusCode).toBe(200);
    const quoted = await service.container({
      partitionKey: { paths: ['/"a b"'], version: 2 } as PartitionKeyDefinition,
    });
    await quoted.items.create({ id: '1', 'a b': 'x' });
    expect((await quoted.item('1', 'x').read()).statusCode).toBe(200);
  });

  test('of a document and of its request must be the same: 400 with 1001', async () => {
    const container = await service.container();
    const body = JSON.stringify({ id: '1', pk: 'p' });
    const path = `/dbs/${service.databaseId}/colls/${container.id}/docs`;
    const { status, headers, text } = await service.send({
      method: 'POST',
      path,
      body,
      headers: { 'x-ms-documentdb-partitionkey': '["q"]' },
    });
    expect([status, headers['x-ms-substatus']]).toEqual([400, '1001']);
    expect(JSON.parse(text).message).toContain("doesn't match the one specified in the header");
  });
});

describeService('keys of several levels', (service) => {
  const items = [
    { id: '1', a: 'x', b: 'y', c: 'z' },
    { id: '2', a: 'x', b: 'y', c: 7 },
    { id: '3', a: 'x', b: null, c: 'z' },
    { id: '4', a: 'x', b: 'yy', c: 'z' },
    { id: '5', a: 'xx', b: 'y', c: 'z' },
    { id: '6', a: 'x', b: 'y' },
    { id: '7' },
  ];
  const fill = async (): Promise<Container> => {
    const container = await service.container({ partitionKey: LEVELS });
    await Promise.all(items.map((item) => container.items.create({ ...item })));
    return container;
  };

  test('address one item with all their levels', async () => {
    const container = await fill();
    expect((await container.item('1', ['x', 'y', 'z']).read()).resource).toMatchObject({ id: '1' });
    expect((await container.item('2', ['x', 'y', 7]).read()).resource).toMatchObject({ id: '2' });
    expect((await container.item('3', ['x', null, 'z']).read()).resource).toMatchObject({ id: '3' });
    expect((await container.item('6', ['x', 'y', {}]).read()).resource).toMatchObject({ id: '6' });
    expect((await container.item('1', ['x', 'y', 'other']).read()).statusCode).toBe(404);
  });

  test.each([
    ['one level', ['x'], ['1', '2', '3', '4', '6']],
    ['two levels', ['x', 'y'], ['1', '2', '6']],
    ['all levels', ['x', 'y', 'z'], ['1']],
    ['levels of nothing', ['none'], []],
  ])('address, with %s, all that is below', async (_, partitionKey, expected) => {
    const container = await fill();
    const { resources } = await container.items.query('SELECT * FROM c', { partitionKey }).fetchAll();
    expect(resources.map(({ id }) => id).sort()).toEqual(expected);
  });
});
