import type { CosmosClient, FeedResponse, QueryIterator } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const NAMES = ['c', 'a', 'b', 'e', 'd'];

async function openMany(): Promise<CosmosClient> {
  const { client } = await openRig();
  await client.database('db').delete();
  for (const id of NAMES) {
    const { database } = await client.databases.create({ id });
    if (id !== 'a') continue;
    for (const name of NAMES) await database.containers.create({ id: name, partitionKey: { paths: ['/pk'] } });
  }
  return client;
}

async function pagesOf<Item>(iterator: QueryIterator<Item>): Promise<Item[][]> {
  const pages: Item[][] = [];
  while (iterator.hasMoreResults()) {
    const { resources }: FeedResponse<Item> = await iterator.fetchNext();
    if (resources) pages.push(resources);
  }
  return pages;
}

const LISTS: readonly [string, (client: CosmosClient, options: object) => QueryIterator<object>][] = [
  ['databases', (client, options) => client.databases.readAll(options)],
  ['containers', (client, options) => client.database('a').containers.readAll(options)],
  ['offers', (client, options) => client.offers.readAll(options)],
  ['databases that a query finds', (client, options) => client.databases.query({ query: 'SELECT * FROM d' }, options)],
  [
    'containers that a query finds',
    (client, options) => client.database('a').containers.query({ query: 'SELECT * FROM c' }, options),
  ],
  ['offers that a query finds', (client, options) => client.offers.query({ query: 'SELECT * FROM o' }, options)],
];

describe('a list', () => {
  test.each(LISTS)('of %s comes in pages of the size that the client wants', async (_, list) => {
    const client = await openMany();
    const [all = []] = await pagesOf(list(client, {}));
    expect(all.length).toBe(5);
    for (const maxItemCount of [1, 2, 5, 6]) {
      const pages = await pagesOf(list(client, { maxItemCount }));
      expect(pages.length).toBe(Math.ceil(5 / maxItemCount));
      expect(pages.every((page) => page.length <= maxItemCount)).toBe(true);
      const byText = (a: object, b: object): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
      expect(pages.flat().sort(byText)).toEqual([...all].sort(byText));
    }
  });

  test('of databases passes over none when those that were listed are deleted', async () => {
    const client = await openMany();
    const iterator = client.databases.readAll({ maxItemCount: 2 });
    const deleted: string[] = [];
    while (iterator.hasMoreResults()) {
      for (const { id } of (await iterator.fetchNext()).resources) {
        await client.database(id).delete();
        deleted.push(id);
      }
    }
    expect(deleted.sort()).toEqual([...NAMES].sort());
  });

  test('of ranges comes in pages too', async () => {
    const { emulator } = await openRig({ ranges: 5 });
    const path = '/dbs/db/colls/items/pkranges';
    const ids: string[] = [];
    let token: string | undefined;
    do {
      const headers = { 'x-ms-max-item-count': '2', ...(token !== undefined && { 'x-ms-continuation': token }) };
      const answer = await send(emulator, { path, headers });
      const { PartitionKeyRanges: ranges, _count } = JSON.parse(answer.text);
      expect([_count, answer.headers['x-ms-item-count']]).toEqual([ranges.length, String(ranges.length)]);
      ids.push(...ranges.map(({ id }: { id: string }) => id));
      token = answer.headers['x-ms-continuation'] as string | undefined;
    } while (token !== undefined);
    expect(ids.sort()).toEqual(['0', '1', '2', '3', '4']);
    const all = await send(emulator, { path, headers: { 'x-ms-max-item-count': '-1' } });
    expect(JSON.parse(all.text)._count).toBe(5);
  });

  test.each([
    ['a size that is none', { 'x-ms-max-item-count': '0' }, '/dbs'],
    ['a position that is none', { 'x-ms-continuation': '%' }, '/dbs'],
    ['a position that is none', { 'x-ms-continuation': '{}' }, '/offers'],
  ])('with %s is refused', async (_, headers, path) => {
    const { emulator } = await openRig();
    expect((await send(emulator, { path, headers })).status).toBe(400);
  });
});

test('a container and its ranges say what they belong to', async () => {
  const { emulator, client } = await openRig();
  const { database, resource } = await client.databases.create({ id: 'é x' });
  await database.containers.create({ id: 'ü', partitionKey: { paths: ['/pk'] } });
  const path = encodeURI('/dbs/é x/colls/ü');
  const container = await send(emulator, { path });
  expect(container.headers).toMatchObject({
    'x-ms-content-path': (resource as { _rid?: string })._rid,
    'x-ms-alt-content-path': encodeURI('dbs/é x'),
  });
  const { headers } = await send(emulator, { path: `${path}/pkranges` });
  expect(headers).toMatchObject({
    'x-ms-content-path': JSON.parse(container.text)._rid,
    'x-ms-alt-content-path': path.slice(1),
  });
});

describe('the version of a database or container', () => {
  test.each(['/dbs/db', '/dbs/db/colls/items'])('decides about reads and deletes of %s', async (path) => {
    const { emulator } = await openRig();
    const { headers } = await send(emulator, { path });
    const etag = String(headers.etag);
    const known = await send(emulator, { path, headers: { 'if-none-match': etag } });
    expect([known.status, known.text, known.headers.etag]).toEqual([304, '', etag]);
    expect((await send(emulator, { path, headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    const remove = (ifMatch: string) => send(emulator, { method: 'DELETE', path, headers: { 'if-match': ifMatch } });
    expect((await remove('"other"')).status).toBe(412);
    expect((await remove(etag)).status).toBe(204);
    expect((await send(emulator, { path })).status).toBe(404);
  });
});
