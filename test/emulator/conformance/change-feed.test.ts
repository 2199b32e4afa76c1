import { ChangeFeedStartFrom, type Container, type PartitionKeyDefinition, PartitionKeyKind } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { drain, drainPages, open, readPage, readRange } from './feed.ts';
import { describeService, type Service } from './service.ts';

const IDS = Array.from({ length: 30 }, (_, index) => `${index}`);
const LEVELS: PartitionKeyDefinition = { paths: ['/a', '/b'], kind: PartitionKeyKind.MultiHash, version: 2 };

async function fill(container: Container, ids = IDS): Promise<void> {
  await Promise.all(ids.map((id) => container.items.upsert({ id, pk: `key ${id}` })));
}

/** A page of a range as it goes over the wire. */
async function readWire(service: Service, { id }: Container, headers: Readonly<Record<string, string>>) {
  const path = `/dbs/${service.databaseId}/colls/${id}`;
  const { PartitionKeyRanges: ranges } = JSON.parse((await service.send({ path: `${path}/pkranges` })).text);
  const scope =
    'x-ms-documentdb-partitionkey' in headers ? {} : { 'x-ms-documentdb-partitionkeyrangeid': ranges[0].id };
  return service.send({ path: `${path}/docs`, headers: { 'a-im': 'Incremental Feed', ...scope, ...headers } });
}

const idsOf = (changes: readonly { id: string }[]): string[] => changes.map(({ id }) => id).sort();

describeService('the change feed', (service) => {
  test('from the beginning has the latest version of each item, and no deleted one', async () => {
    const container = await service.container();
    await fill(container);
    await container.items.upsert({ id: '1', pk: 'key 1', n: 2 });
    await container.item('2', 'key 2').delete();
    const changes = await drain(open(container, ChangeFeedStartFrom.Beginning()));
    expect(idsOf(changes)).toEqual(IDS.filter((id) => id !== '2').sort());
    expect(changes.find(({ id }) => id === '1')).toMatchObject({ n: 2 });
  });

  test('of a range has its changes in the order of their commits', async () => {
    const container = await service.container();
    await fill(container);
    await fill(container, IDS.slice(0, 10));
    for (const range of await container.getFeedRanges()) {
      const lsns = (await readRange(container, range)).map(({ _lsn }) => _lsn);
      expect(lsns).toEqual(lsns.toSorted((one, two) => one - two));
    }
  });

  test('from now on has what is written from now on', async () => {
    const container = await service.container();
    await fill(container);
    const feed = open(container, ChangeFeedStartFrom.Now());
    expect(await drain(feed)).toEqual([]);
    await fill(container, ['5', 'new']);
    expect(idsOf(await drain(feed))).toEqual(['5', 'new']);
  });

  test('from a time on has what was written later', async () => {
    const container = await service.container();
    await container.items.create({ id: 'old', pk: 'p' });
    const [{ _ts = 0 } = {}] = (await container.items.readAll().fetchAll()).resources;
    const before = open(container, ChangeFeedStartFrom.Time(new Date((_ts - 60) * 1000)));
    expect(idsOf(await drain(before))).toEqual(['old']);
    const after = open(container, ChangeFeedStartFrom.Time(new Date((_ts + 1) * 1000)));
    expect(await drain(after)).toEqual([]);
  });

  test('goes on from a continuation, with another client, without loss or repetition', async () => {
    const container = await service.container();
    await fill(container);
    const first = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 4 });
    const seen: string[] = [];
    let continuation = '';
    // Until each range has been asked once: a token forgets the start of those that were not.
    for (let page = await readPage(first); page.statusCode === 200; page = await readPage(first)) {
      seen.push(...idsOf(page.result as never));
      continuation = page.continuationToken;
    }
    continuation ||= (await readPage(first)).continuationToken;
    await fill(container, ['5', 'new']);
    const again = service.connect().database(service.databaseId).container(container.id);
    const changes = await drain(open(again, ChangeFeedStartFrom.Continuation(continuation)));
    expect(seen.sort()).toEqual(IDS.toSorted());
    expect(idsOf(changes)).toEqual(['5', 'new']);
  });

  test('of a continuation of an earlier container of this name is refused', async () => {
    const container = await service.container();
    await fill(container);
    const feed = open(container, ChangeFeedStartFrom.Beginning());
    await drain(feed);
    const { continuationToken } = await readPage(feed);
    await container.delete();
    await service.database.containers.create({ id: container.id, partitionKey: '/pk' });
    const again = service.connect().database(service.databaseId).container(container.id);
    await expect(drain(open(again, ChangeFeedStartFrom.Continuation(continuationToken)))).rejects.toThrow();
  });

  test('of a key has the changes of that key', async () => {
    const container = await service.container();
    await fill(container);
    await container.items.create({ id: 'other', pk: 'key 3' });
    const feed = open(container, ChangeFeedStartFrom.Beginning('key 3'), { maxItemCount: 1 });
    expect((await drainPages(feed)).map((page) => page.length)).toEqual([1, 1]);
    await container.items.upsert({ id: '3', pk: 'key 3', n: 2 });
    expect(await drain(feed)).toMatchObject([{ id: '3', n: 2 }]);
  });

  test('of the first levels of a key has all that is below', async () => {
    const container = await service.container({ partitionKey: LEVELS });
    const items = ['x', 'y', 'z'].flatMap((a) => ['1', '2'].map((b) => ({ id: a + b, a, b })));
    await Promise.all(items.map((item) => container.items.create({ ...item })));
    expect(idsOf(await readRange(container, ['x']))).toEqual(['x1', 'x2']);
    expect(idsOf(await readRange(container, ['y', '2']))).toEqual(['y2']);
  });

  test('of parts of a range has in each what lies in its bounds', async () => {
    const container = await service.container();
    await fill(container);
    const { resource } = await container.read();
    const bounds = [
      '',
      '0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
      '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF',
      '2EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE',
      'FF',
    ];
    const found = await Promise.all(
      bounds.slice(1).map((maxExclusive, index) => {
        const Continuation = [{ minInclusive: bounds[index], maxExclusive, continuationToken: '' }];
        const token = JSON.stringify({ rid: resource?._rid, Continuation });
        return drain(open(container, ChangeFeedStartFrom.Continuation(token)));
      }),
    );
    expect(idsOf(found.flat())).toEqual(IDS.toSorted());
    expect(found.filter((changes) => changes.length > 0).length).toBeGreaterThan(1);
  });

  test('never ends a page inside a transaction', async () => {
    const container = await service.container();
    const batch = (...ids: string[]) =>
      container.items.batch(
        ids.map((id) => ({ operationType: 'Upsert' as const, resourceBody: { id, pk: 'p' } })),
        'p',
      );
    await batch('1', '2', '3');
    await batch('4');
    await batch('5', '6');
    const pages = await drainPages(open(container, ChangeFeedStartFrom.Beginning('p'), { maxItemCount: 1 }));
    expect(pages.map(idsOf)).toEqual([['1', '2', '3'], ['4'], ['5', '6']]);
  });

  test('rule 5: gives a position with its pages, and with 304 at its end', async () => {
    const container = await service.container();
    await container.items.create({ id: '1', pk: 'p' });
    const key = { 'x-ms-documentdb-partitionkey': '["p"]' };
    const page = await readWire(service, container, key);
    expect([page.status, page.headers.etag]).toEqual([200, expect.stringMatching(/./)]);
    const end = await readWire(service, container, { ...key, 'if-none-match': String(page.headers.etag) });
    expect([end.status, end.headers.etag, end.text]).toEqual([304, expect.stringMatching(/./), '']);
    const now = await readWire(service, container, { ...key, 'if-none-match': '*' });
    expect([now.status, now.headers.etag]).toEqual([304, expect.stringMatching(/./)]);
    for (const { headers } of [page, end, now]) expect(headers['x-ms-session-token']).toMatch(/^\d+:-?\d+#\d+/);
  });

  test('rule 5: of an empty range gives a position too, from which it goes on', async () => {
    const container = await service.container();
    const feed = open(container, ChangeFeedStartFrom.Now());
    expect(await drain(feed)).toEqual([]);
    const { continuationToken } = await readPage(feed);
    await fill(container, ['1']);
    const again = open(container, ChangeFeedStartFrom.Continuation(continuationToken));
    expect(idsOf(await drain(again))).toEqual(['1']);
  });

  test('rule 6: has positions that are the number of the last commit, in quotes', async () => {
    const container = await service.container();
    for (const id of ['1', '2', '3']) await container.items.create({ id, pk: 'p' });
    const key = { 'x-ms-documentdb-partitionkey': '["p"]' };
    const { headers, text } = await readWire(service, container, { ...key, 'x-ms-max-item-count': '2' });
    expect(headers.etag).toMatch(/^"\d+"$/);
    const { Documents: changes } = JSON.parse(text);
    expect(headers.etag).toBe(`"${changes.at(-1)._lsn}"`);
  });

  describe('is refused with 400', () => {
    test.each([
      ['for a position that is no number', { 'if-none-match': '"abc"' }],
      ['for a time that is none', { 'if-modified-since': 'yesterday' }],
      ['for a feed that there is not', { 'a-im': 'Other Feed' }],
    ])('%s', async (_, headers) => {
      const container = await service.container();
      const { status, text } = await readWire(service, container, headers as unknown as Record<string, string>);
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ code: 'BadRequest' });
    });
  });

  test('rule 7: of a range that is not there is 410 with 1002, which means that it was split', async () => {
    const container = await service.container();
    const { status, headers, text } = await readWire(service, container, {
      'x-ms-documentdb-partitionkeyrangeid': '77',
    });
    expect([status, headers['x-ms-substatus']]).toEqual([410, '1002']);
    expect(JSON.parse(text)).toMatchObject({ code: 'Gone' });
  });

  test('of a container that was deleted is 404', async () => {
    const container = await service.container();
    const feed = open(container, ChangeFeedStartFrom.Beginning());
    await drain(feed);
    await container.delete();
    await expect(feed.readNext()).rejects.toMatchObject({ code: 404 });
  });
});
