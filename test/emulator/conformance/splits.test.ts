import { ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../../src/emulator/emulator.ts';
import { drain, open, readPage } from './feed.ts';
import { describeService, type Service } from './service.ts';

const IDS = Array.from({ length: 60 }, (_, index) => `${index}`);

/** A container of this many items, in one range. */
async function fill(service: Service): Promise<{ container: Container; split: () => void }> {
  const { emulator } = service.embedded('splits on command');
  const container = await service.container({ throughput: 400 });
  for (const id of IDS) await container.items.create({ id, pk: `key ${id}` });
  return { container, split: () => emulator.split(service.databaseId, container.id) };
}

const idsOf = (changes: readonly { id: string }[]): string[] => changes.map(({ id }) => id).sort();

describeService('a split', (service) => {
  test('rule 8: in the middle of the change feed loses and repeats nothing', async () => {
    const { container, split } = await fill(service);
    const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 10 });
    const seen: { id: string }[] = [];
    for (let pages = 0; ; pages++) {
      if (pages === 2 || pages === 5) split();
      const { statusCode, result } = await readPage(feed);
      if (statusCode === 304) break;
      seen.push(...(result as { id: string }[]));
    }
    expect(idsOf(seen)).toEqual(IDS.toSorted());
    await container.items.upsert({ id: '7', pk: 'key 7', n: 2 });
    expect(await drain(feed)).toMatchObject([{ id: '7', n: 2 }]);
  });

  test('leaves positions from before it good, for clients that have never seen it', async () => {
    const { container, split } = await fill(service);
    const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 25 });
    const first = await readPage(feed);
    split();
    const again = service.connect().database(service.databaseId).container(container.id);
    const rest = await drain(open(again, ChangeFeedStartFrom.Continuation(first.continuationToken)));
    expect(idsOf([...(first.result as { id: string }[]), ...rest])).toEqual(IDS.toSorted());
  });

  test('is followed by bulk writes, queries and reads of clients that have the old ranges', async () => {
    const { container, split } = await fill(service);
    const bulk = (n: number) =>
      container.items.executeBulkOperations(
        IDS.map((id) => ({
          operationType: 'Upsert' as const,
          partitionKey: `key ${id}`,
          resourceBody: { id, pk: `key ${id}`, n },
        })),
      );
    await bulk(1);
    split();
    expect((await bulk(2)).map(({ response }) => response?.statusCode)).toEqual(IDS.map(() => 200));
    split();
    const { resources } = await container.items.query('SELECT * FROM c').fetchAll();
    expect(idsOf(resources as { id: string }[])).toEqual(IDS.toSorted());
    // A client that sends a query range by range asks a range that is gone for ever (4.10.1): a new one does not.
    const again = service.connect().database(service.databaseId).container(container.id);
    const planned = await again.items.query('SELECT * FROM c', { forceQueryPlan: true }).fetchAll();
    expect(idsOf(planned.resources as { id: string }[])).toEqual(IDS.toSorted());
    expect((await container.item('7', 'key 7').read()).resource).toMatchObject({ n: 2 });
  });

  describe('rule 7: under way', () => {
    test.each<[string, Fault]>([
      ['410 with 1007', { status: 410, substatus: 1007 }],
      ['410 with 1002', { status: 410, substatus: 1002 }],
    ])('is told with %s, and the client asks again for the ranges', async (_, fault) => {
      const { container } = await fill(service);
      const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 10 });
      const seen = idsOf((await readPage(feed)).result as { id: string }[]);
      const faults = [fault];
      service.embedded('faults').fail(({ operation }) => (operation === 'changeFeed' ? faults.shift() : undefined));
      seen.push(...idsOf(await drain(feed)));
      expect(faults).toEqual([]);
      expect(seen.sort()).toEqual(IDS.toSorted());
    });
  });

  test('in the middle of a request for changes is gone through by the client', async () => {
    const { container } = await fill(service);
    let requests = 0;
    const { fail } = service.embedded('faults');
    fail(({ operation }) =>
      operation === 'changeFeed' && ++requests % 3 === 0 && requests < 10 ? { split: true } : undefined,
    );
    const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 10 });
    expect(idsOf(await drain(feed))).toEqual(IDS.toSorted());
    expect(await service.connect().database(service.databaseId).container(container.id).getFeedRanges()).toHaveLength(
      4,
    );
  });

  test('by more throughput happens while a client reads', async () => {
    const { container } = await fill(service);
    const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 10 });
    const first = (await readPage(feed)).result as { id: string }[];
    const { offer } = await container.readOffer();
    const { resource } = (await offer?.read()) ?? {};
    const content = { ...resource?.content, offerThroughput: 30_000 };
    await offer?.replace({ ...resource, content } as never);
    expect(idsOf([...first, ...(await drain(feed))])).toEqual(IDS.toSorted());
    expect(await service.connect().database(service.databaseId).container(container.id).getFeedRanges()).toHaveLength(
      3,
    );
  });
});
