import { describe, expect, test } from 'vitest';
import { connect, openEmulator, openRig } from './rig.ts';
import { send } from './wire.ts';

describe('a database', () => {
  test('is created once, listed, queried, read and deleted with what is in it', async () => {
    const { client } = await openRig();
    await expect(client.databases.create({ id: 'db' })).rejects.toMatchObject({ code: 409 });
    await client.databases.createIfNotExists({ id: 'db2' });
    const all = (await client.databases.readAll().fetchAll()).resources;
    expect(all.map(({ id }) => id).sort()).toEqual(['db', 'db2']);
    const query = { query: 'SELECT * FROM root r WHERE r.id = @id', parameters: [{ name: '@id', value: 'db2' }] };
    expect((await client.databases.query(query).fetchAll()).resources).toMatchObject([{ id: 'db2', _colls: 'colls/' }]);
    await client.database('db').delete();
    await expect(client.database('db').read()).rejects.toMatchObject({ code: 404 });
    await expect(client.database('db').container('items').read()).rejects.toMatchObject({ code: 404, substatus: 1003 });
  });

  test.each(['a/b', 'a?b', 'a#b', 'a ', '', '..', 'x'.repeat(256), 5])('may not be called %j', async (id) => {
    const emulator = await openEmulator();
    const { status } = await send(emulator, { method: 'POST', path: '/dbs', body: JSON.stringify({ id }) });
    expect(status).toBe(400);
  });
});

describe('a container', () => {
  test('has the policies of its definition and the defaults for the rest', async () => {
    const { client } = await openRig();
    const definition = {
      id: 'c',
      partitionKey: { paths: ['/pk'], version: 2 },
      defaultTtl: -1,
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a'] }] },
      changeFeedPolicy: { retentionDuration: 10 },
    };
    const { container } = await client.database('db').containers.create(definition as never);
    expect((await container.read()).resource).toMatchObject({
      ...definition,
      partitionKey: { paths: ['/pk'], version: 2, kind: 'Hash' },
      indexingPolicy: { indexingMode: 'consistent', automatic: true },
      conflictResolutionPolicy: { mode: 'LastWriterWins' },
      geospatialConfig: { type: 'Geography' },
    });
  });

  test('is listed, queried, replaced and deleted', async () => {
    const { client, container } = await openRig();
    const { containers } = client.database('db');
    expect((await containers.readAll().fetchAll()).resources).toMatchObject([{ id: 'items' }]);
    expect((await containers.query({ query: 'SELECT * FROM c WHERE c.id = "other"' }).fetchAll()).resources).toEqual(
      [],
    );
    const { resource } = await container.read();
    const partitionKey = { paths: ['/pk'], version: 2 };
    await container.items.create({ id: '1', pk: 'p' });
    const replaced = await container.replace({ id: 'items', partitionKey, defaultTtl: 60 } as never);
    expect(replaced.resource).toMatchObject({ defaultTtl: 60, _rid: (resource as { _rid?: string })._rid });
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    const other = { id: 'items', partitionKey: { paths: ['/other'], version: 2 } };
    await expect(container.replace(other as never)).rejects.toMatchObject({ code: 400 });
    await container.delete();
    await expect(container.read()).rejects.toMatchObject({ code: 404 });
    await expect(container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 404, substatus: 1003 });
  });

  test('that is created again has another resource id and no documents', async () => {
    const { emulator, client, container } = await openRig();
    const before = (await container.read()).resource as { _rid?: string };
    await container.items.create({ id: '1', pk: 'p' });
    await container.delete();
    await client.database('db').containers.create({ id: 'items', partitionKey: { paths: ['/pk'], version: 2 } });
    const again = connect(emulator).database('db').container('items');
    const after = (await again.read()).resource as { _rid?: string };
    expect(after._rid).not.toBe(before._rid);
    expect((await again.items.readAll().fetchAll()).resources).toEqual([]);
  });

  test.each([
    ['no partition key', {}],
    ['no path', { partitionKey: { paths: [] } }],
    ['a path without end', { partitionKey: { paths: ['/"a'] } }],
    ['a path with an empty name', { partitionKey: { paths: ['/a//b'] } }],
    ['a path without slash', { partitionKey: { paths: ['pk'] } }],
    ['two paths of kind Hash', { partitionKey: { paths: ['/a', '/b'], kind: 'Hash', version: 2 } }],
    ['version 1 of several levels', { partitionKey: { paths: ['/a', '/b'], kind: 'MultiHash', version: 1 } }],
    ['an unknown kind', { partitionKey: { paths: ['/a'], kind: 'Other' } }],
    ['a time to live of 0', { partitionKey: { paths: ['/a'] }, defaultTtl: 0 }],
  ])('is not created with %s', async (_, definition) => {
    const { emulator } = await openRig();
    const body = JSON.stringify({ id: 'c', ...definition });
    expect((await send(emulator, { method: 'POST', path: '/dbs/db/colls', body })).status).toBe(400);
  });

  test('takes null for a policy that is not given', async () => {
    const { client } = await openRig();
    const definition = {
      id: 'c',
      partitionKey: { paths: ['/pk'], kind: null },
      defaultTtl: null,
      indexingPolicy: null,
    };
    const { container } = await client.database('db').containers.create(definition as never);
    const { resource } = await container.read();
    expect(resource).toMatchObject({ partitionKey: { kind: 'Hash' }, indexingPolicy: { indexingMode: 'consistent' } });
    expect(resource).not.toHaveProperty('defaultTtl');
  });

  test.each([
    ['/"a\\qb"', 'a\\qb'],
    ['/\'it is "so"\'', 'it is "so"'],
    ['/ pk ', 'pk'],
  ])('may have the partition key path %s, read as the client reads it', async (path, name) => {
    const { container } = await openRig({ partitionKey: { paths: [path], version: 2 } });
    expect((await container.items.create({ id: '1', [name]: 'p' })).statusCode).toBe(201);
    expect((await container.item('1', 'p').read()).resource).toMatchObject({ [name]: 'p' });
  });

  test('tells how many documents it has', async () => {
    const { container } = await openRig();
    for (const id of ['1', '2', '3']) await container.items.create({ id, pk: id });
    const { headers } = await container.read({ populateQuotaInfo: true });
    expect(headers['x-ms-resource-usage']).toContain('documentsCount=3;');
  });
});

describe('the ranges of a container', () => {
  test.each([
    [undefined, 4],
    [400, 1],
    [10_000, 1],
    [10_100, 2],
    [45_000, 5],
  ])('follow from a throughput of %s', async (throughput, count) => {
    const { client } = await openRig({ ranges: 4 });
    const partitionKey = { paths: ['/pk'], version: 2 };
    const options = { id: 'c', partitionKey, ...(throughput !== undefined && { throughput }) };
    const { container } = await client.database('db').containers.create(options);
    const { resources } = await container.readPartitionKeyRanges().fetchAll();
    expect(resources.length).toBe(count);
    expect(resources.map(({ minInclusive }) => minInclusive).slice(1)).toEqual(
      resources.map(({ maxExclusive }) => maxExclusive).slice(0, -1),
    );
  });

  test('are created without throughput, however many there are', async () => {
    const { container } = await openRig({ ranges: 100 });
    expect((await container.getFeedRanges()).length).toBe(100);
    expect((await container.readOffer()).resource?.content?.offerThroughput).toBe(1_000_000);
  });

  test('are not sent again to a client that has them', async () => {
    const { emulator } = await openRig({ ranges: 2 });
    const call = { path: '/dbs/db/colls/items/pkranges', headers: { 'a-im': 'Incremental Feed' } };
    const { status, headers, text } = await send(emulator, call);
    expect(status).toBe(200);
    expect(JSON.parse(text).PartitionKeyRanges).toMatchObject([
      { id: '0', minInclusive: '', maxExclusive: '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', parents: [] },
      { id: '1', minInclusive: '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', maxExclusive: 'FF' },
    ]);
    const etag = String(headers.etag);
    const again = await send(emulator, { ...call, headers: { ...call.headers, 'if-none-match': etag } });
    expect([again.status, again.headers.etag]).toEqual([304, etag]);
    emulator.split('db', 'items');
    const changed = await send(emulator, { ...call, headers: { ...call.headers, 'if-none-match': etag } });
    expect(JSON.parse(changed.text).PartitionKeyRanges).toMatchObject([
      { id: '2', parents: ['0'] },
      { id: '3', parents: ['0'] },
      { id: '1', parents: [] },
    ]);
  });
});

describe('an offer', () => {
  test('is found by self link and by resource id, and replaced', async () => {
    const { emulator, client } = await openRig();
    const partitionKey = { paths: ['/pk'], version: 2 };
    const { container } = await client.database('db').containers.create({ id: 'c', partitionKey, throughput: 500 });
    const { offer, resource } = await container.readOffer();
    expect(resource?.content?.offerThroughput).toBe(500);
    const targetRid = ((await container.read()).resource as { _rid?: string })._rid;
    const body = JSON.stringify({
      query: 'select * from root r where r.offerResourceId= @targetRID',
      parameters: [{ name: '@targetRID', value: targetRid }],
    });
    const headers = { 'x-ms-documentdb-isquery': 'true' };
    const { text } = await send(emulator, { method: 'POST', path: '/offers', headers, body });
    expect(JSON.parse(text).Offers).toMatchObject([{ id: resource?.id }]);
    const replaced = await offer?.replace({ ...resource, content: { offerThroughput: 600 } } as never);
    expect(replaced?.resource).toMatchObject({ content: { offerThroughput: 600 } });
    await expect(offer?.replace({ ...resource, content: { offerThroughput: 5 } } as never)).rejects.toMatchObject({
      code: 400,
    });
  });

  test('may scale by itself', async () => {
    const { client } = await openRig();
    const partitionKey = { paths: ['/pk'], version: 2 };
    const options = { id: 'c', partitionKey, maxThroughput: 20_000 };
    const { container } = await client.database('db').containers.create(options);
    expect((await container.getFeedRanges()).length).toBe(2);
    const { resource } = await container.readOffer();
    expect(resource?.content?.offerAutopilotSettings).toMatchObject({ maxThroughput: 20_000 });
  });

  test('of a database is shared by its containers, which have none of their own', async () => {
    const { client } = await openRig();
    const { database } = await client.databases.create({ id: 'shared', throughput: 1000 });
    const { container } = await database.containers.create({ id: 'c', partitionKey: { paths: ['/pk'], version: 2 } });
    expect((await container.readOffer()).offer).toBeUndefined();
    expect((await database.readOffer()).resource?.content?.offerThroughput).toBe(1000);
  });
});
