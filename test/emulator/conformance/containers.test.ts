import { type ContainerDefinition, PartitionKeyKind } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('databases', (service) => {
  test('are created, listed, queried, read and deleted', async () => {
    const { client } = service;
    const id = service.uniqueDatabase('another');
    expect((await client.databases.create({ id })).statusCode).toBe(201);
    expect((await client.databases.createIfNotExists({ id })).statusCode).toBe(200);
    expect((await client.databases.readAll().fetchAll()).resources.map((one) => one.id)).toContain(id);
    const query = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] };
    expect((await client.databases.query(query).fetchAll()).resources).toMatchObject([{ id }]);
    const { resource } = await client.database(id).read();
    expect(resource).toMatchObject({ id, _colls: 'colls/', _users: 'users/', _etag: expect.any(String) });
    expect((await client.database(id).delete()).statusCode).toBe(204);
    await expect(client.database(id).read()).rejects.toMatchObject({ code: 404 });
  });

  test('that are deleted take their containers with them', async () => {
    const { client } = service;
    const id = service.uniqueDatabase('full');
    await client.databases.create({ id });
    await client.database(id).containers.create({ id: 'c', partitionKey: { paths: ['/pk'] } });
    await client.database(id).container('c').items.create({ id: '1', pk: 'p' });
    await client.database(id).delete();
    await client.databases.create({ id });
    expect((await client.database(id).containers.readAll().fetchAll()).resources).toEqual([]);
  });
});

describeService('containers', (service) => {
  test('have the defaults of the service', async () => {
    const container = await service.container();
    const { resource } = await container.read();
    expect(resource).toMatchObject({
      id: container.id,
      partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 },
      indexingPolicy: { indexingMode: 'consistent', automatic: true, includedPaths: [{ path: '/*' }] },
      conflictResolutionPolicy: { mode: 'LastWriterWins' },
      _docs: 'docs/',
    });
    const [database, collection] = [(await service.database.read()).resource?._rid ?? '', resource?._rid ?? ''].map(
      (rid) => Buffer.from(rid.replaceAll('-', '/'), 'base64'),
    );
    expect([database?.length, collection?.length]).toEqual([4, 8]);
    expect(collection?.subarray(0, 4)).toEqual(database);
  });

  const DEFINITIONS: readonly (readonly [string, Partial<ContainerDefinition>])[] = [
    ['a time to live', { defaultTtl: 3600 }],
    ['a time to live that each item decides', { defaultTtl: -1 }],
    ['unique keys', { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a', '/b/c'] }] } }],
    ['a key of two levels', { partitionKey: { paths: ['/a', '/b'], kind: PartitionKeyKind.MultiHash, version: 2 } }],
    ['a key of a nested path', { partitionKey: { paths: ['/a/b'], kind: PartitionKeyKind.Hash, version: 2 } }],
    [
      'an index of its own',
      {
        indexingPolicy: {
          indexingMode: 'consistent',
          automatic: true,
          includedPaths: [{ path: '/a/?' }],
          excludedPaths: [{ path: '/*' }],
          compositeIndexes: [
            [
              { path: '/a', order: 'ascending' },
              { path: '/b', order: 'descending' },
            ],
          ],
        },
      },
    ],
  ];
  test.each(DEFINITIONS)('keep %s', async (_, definition) => {
    const { resource } = await (await service.container(definition)).read();
    expect(resource).toMatchObject(definition);
  });

  test('are listed and queried', async () => {
    const { id } = await service.container();
    const { containers } = service.database;
    expect((await containers.readAll().fetchAll()).resources.map((one) => one.id)).toContain(id);
    const query = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] };
    expect((await containers.query(query).fetchAll()).resources).toMatchObject([{ id }]);
    const { statusCode } = await containers.createIfNotExists({ id, partitionKey: { paths: ['/pk'] } });
    expect(statusCode).toBe(200);
  });

  test('may change their policies, not their key', async () => {
    const container = await service.container();
    const { resource } = await container.read();
    const changed = { ...resource, defaultTtl: 60 } as ContainerDefinition;
    expect((await container.replace(changed)).resource).toMatchObject({ defaultTtl: 60 });
    expect((await container.read()).resource).toMatchObject({ defaultTtl: 60, _rid: resource?._rid });
    const other = { ...changed, partitionKey: { paths: ['/other'], kind: PartitionKeyKind.Hash, version: 2 } };
    await expect(container.replace(other)).rejects.toMatchObject({ code: 400 });
  });

  test('that are created again are other ones, and old positions in their feed are refused', async () => {
    const container = await service.container();
    await container.items.create({ id: '1', pk: 'p' });
    const { resource: before } = await container.read();
    await container.delete();
    await expect(container.read()).rejects.toMatchObject({ code: 404 });
    await service.database.containers.create({ id: container.id, partitionKey: { paths: ['/pk'] } });
    const again = service.connect().database(service.databaseId).container(container.id);
    expect((await again.read()).resource?._rid).not.toBe(before?._rid);
    expect((await again.item('1', 'p').read()).statusCode).toBe(404);
  });

  describe('have throughput', () => {
    test('that can be read and changed', async () => {
      const container = await service.container({ throughput: 400 });
      const { offer } = await container.readOffer();
      const { resource } = (await offer?.read()) ?? {};
      expect(resource?.content).toMatchObject({ offerThroughput: 400 });
      const content = { ...resource?.content, offerThroughput: 500 };
      await offer?.replace({ ...resource, content } as never);
      const { resource: changed } = (await (await container.readOffer()).offer?.read()) ?? {};
      expect(changed?.content).toMatchObject({ offerThroughput: 500 });
    });

    test('that follows their load', async () => {
      const container = await service.container({ maxThroughput: 1000 });
      const { offer } = await container.readOffer();
      const { resource } = (await offer?.read()) ?? {};
      expect(resource?.content).toMatchObject({ offerAutopilotSettings: { maxThroughput: 1000 } });
    });

    test('of 400 at least', async () => {
      await expect(service.container({ throughput: 100 })).rejects.toMatchObject({ code: 400 });
    });
  });
});
