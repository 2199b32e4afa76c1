import { ChangeFeedStartFrom, type Container, type PartitionKeyDefinition } from '@azure/cosmos';
import { describe, expect, test, vi } from 'vitest';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const IDS = Array.from({ length: 300 }, (_, index) => `item-${index}`);

async function fill(container: Container, ids = IDS): Promise<void> {
  await Promise.all(ids.map((id) => container.items.upsert({ id, pk: id })));
}

describe.each([1, 2] as const)('with keys of version %i, a split', (version) => {
  const options = { ranges: 1, partitionKey: { paths: ['/pk'], version } };

  test('loses and repeats nothing for a reader in the middle of the feed', async () => {
    const { emulator, container } = await openRig(options);
    await fill(container);
    const feed = container.items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
      maxItemCount: 20,
    });
    const seen: string[] = [];
    for (let pages = 0; ; pages++) {
      if (pages === 3) emulator.split('db', 'items');
      if (pages === 6) emulator.split('db', 'items', '2');
      const { statusCode, result } = await feed.readNext();
      if (statusCode === 304) break;
      seen.push(...result.map(({ id }) => id));
    }
    expect(seen.toSorted()).toEqual(IDS.toSorted());
    await fill(container, IDS.slice(0, 10));
    const news: string[] = [];
    for (let page = await feed.readNext(); page.statusCode !== 304; page = await feed.readNext()) {
      news.push(...page.result.map(({ id }) => id));
    }
    expect(news.toSorted()).toEqual(IDS.slice(0, 10).toSorted());
  });

  test('keeps every document where queries and point reads find it', async () => {
    const { emulator, container } = await openRig(options);
    await fill(container, IDS.slice(0, 200));
    emulator.split('db', 'items');
    emulator.split('db', 'items');
    await fill(container, IDS.slice(100));
    const { resources } = await container.items.query('SELECT VALUE c.id FROM c', { maxItemCount: 30 }).fetchAll();
    expect(resources.toSorted()).toEqual(IDS.toSorted());
    for (const id of IDS.slice(0, 20)) expect((await container.item(id, id).read()).statusCode).toBe(200);
    const { resources: ranges } = await container.readPartitionKeyRanges().fetchAll();
    expect(ranges.map(({ id }) => id)).toEqual(['3', '4', '2']);
  });
});

describe('a range that was split', () => {
  test('is gone, and its children go on after its last commit', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    for (const id of IDS.slice(0, 8)) await container.items.create({ id, pk: id });
    emulator.split('db', 'items', '0');
    const read = (range: string, etag: string) =>
      send(emulator, {
        path: '/dbs/db/colls/items/docs',
        headers: { 'a-im': 'Incremental Feed', 'x-ms-documentdb-partitionkeyrangeid': range, 'if-none-match': etag },
      });
    const gone = await read('0', '"3"');
    expect([gone.status, gone.headers['x-ms-substatus']]).toEqual([410, '1002']);
    const lsns = await Promise.all(
      ['1', '2'].map(async (range) => {
        const { text } = await read(range, '"3"');
        return JSON.parse(text).Documents.map(({ _lsn }: { _lsn: number }) => _lsn);
      }),
    );
    expect(lsns.flat().toSorted()).toEqual([4, 5, 6, 7, 8]);
    const ends = await Promise.all(['1', '2'].map(async (range) => (await read(range, '*')).headers.etag));
    expect(ends).toEqual(['"9"', '"9"']);
  });

  test('is refused to be split again', async () => {
    const { emulator } = await openRig({ ranges: 1 });
    emulator.split('db', 'items', '0');
    expect(() => emulator.split('db', 'items', '0')).toThrow();
    expect(() => emulator.split('db', 'other')).toThrow();
    emulator.split('db', 'items', '2');
  });

  test('makes way for as many as a higher throughput needs', async () => {
    const { client, container } = await openRig({ ranges: 2 });
    await fill(container, IDS.slice(0, 50));
    const { offer, resource } = await container.readOffer();
    await offer?.replace({ ...resource, content: { offerThroughput: 50_000 } } as never);
    const ranges = (await container.readPartitionKeyRanges().fetchAll()).resources;
    expect(ranges.length).toBe(5);
    expect(ranges.at(0)?.minInclusive).toBe('');
    await offer?.replace({ ...resource, content: { offerThroughput: 500 } } as never);
    expect((await container.readPartitionKeyRanges().fetchAll()).resources.length).toBe(5);
    const items = client.database('db').container('items').items;
    expect((await items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([50]);
  });
});

describe('a range with too many bytes', () => {
  const text = 'x'.repeat(1000);

  test.each<[string, PartitionKeyDefinition]>([
    ['version 1', { paths: ['/pk'], version: 1 } as PartitionKeyDefinition],
    ['version 2', { paths: ['/pk'], version: 2 } as PartitionKeyDefinition],
    ['several levels', { paths: ['/tenant', '/pk'], kind: 'MultiHash', version: 2 } as PartitionKeyDefinition],
  ])('splits where its documents are, with keys of %s', async (_, partitionKey) => {
    const { emulator, container } = await openRig({ ranges: 1, rangeBytes: 20_000, partitionKey });
    const key = (id: string) => (partitionKey.paths.length === 1 ? id : ['same', id]);
    for (const id of IDS.slice(0, 60)) await container.items.create({ id, tenant: 'same', pk: id, text });
    const count = async () => (await container.readPartitionKeyRanges().fetchAll()).resources.length;
    await vi.waitFor(async () => expect(await count()).toBeGreaterThanOrEqual(4), { timeout: 20_000, interval: 50 });
    const { resources } = await container.items.query('SELECT VALUE c.id FROM c').fetchAll();
    expect(resources.length).toBe(60);
    for (const id of IDS.slice(0, 10)) expect((await container.item(id, key(id)).read()).statusCode).toBe(200);
    emulator.split('db', 'items');
    emulator.merge('db', 'items');
  });

  test('of one partition key stays whole', async () => {
    let now = Date.now();
    const { emulator, container } = await openRig({ ranges: 1, rangeBytes: 20_000, clock: () => now });
    for (const id of IDS.slice(0, 40)) await container.items.create({ id, pk: 'one', text });
    await container.items.create({ id: 'other', pk: 'two', text });
    const ranges = async () => (await container.readPartitionKeyRanges().fetchAll()).resources.map(({ id }) => id);
    await vi.waitFor(async () => expect(await ranges()).toEqual(['1', '2']), { timeout: 20_000, interval: 50 });
    // A round of upkeep first splits and then purges: when it has purged, it has found nothing to split.
    const { resource } = await container.read();
    await container.replace({ ...resource, defaultTtl: 1 } as never);
    now += 2000;
    await vi.waitFor(() => expect(emulator.journal(41)).toHaveLength(41), { timeout: 20_000, interval: 50 });
    expect(await ranges()).toEqual(['1', '2']);
  });
});
