import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan, ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { ALL_VERSIONS, drain, open, readPage } from './feed.ts';
import { describeService, type Service } from './service.ts';

const IDS = Array.from({ length: 60 }, (_, index) => `${index}`);

interface Merging {
  readonly container: Container;
  readonly emulator: Emulator;
  merge(): void;
  split(): void;
}

/** A container of four ranges and this many items. */
async function fill(service: Service, definition = {}): Promise<Merging> {
  const { emulator } = service.embedded('merges on command');
  const container = await service.container(definition);
  await Promise.all(IDS.map((id) => container.items.create({ id, pk: `key ${id}` })));
  return {
    container,
    emulator,
    merge: () => emulator.merge(service.databaseId, container.id),
    split: () => emulator.split(service.databaseId, container.id),
  };
}

const again = (service: Service, { id }: Container): Container =>
  service.connect().database(service.databaseId).container(id);

const idsOf = (changes: readonly { id: string }[]): string[] => changes.map(({ id }) => id).sort();

describeService('a merge', (service) => {
  test('rule 8: leaves one range that names those it was made of', async () => {
    const { container, merge } = await fill(service);
    const { resources: before } = await container.readPartitionKeyRanges().fetchAll();
    merge();
    const { resources: after } = await container.readPartitionKeyRanges().fetchAll();
    expect(after).toHaveLength(before.length - 1);
    const [merged] = after.filter(({ id }) => !before.some((one) => one.id === id));
    expect(merged).toMatchObject({ minInclusive: before[0]?.minInclusive, maxExclusive: before[1]?.maxExclusive });
    expect((merged as unknown as { parents: string[] }).parents).toEqual(
      expect.arrayContaining([before[0]?.id, before[1]?.id]),
    );
  });

  test('in the middle of the change feed loses and repeats nothing, and splits after it do not either', async () => {
    const { container, merge, split } = await fill(service);
    const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 5 });
    const seen: { id: string }[] = [];
    for (let pages = 0; ; pages++) {
      if (pages === 2 || pages === 6) merge();
      if (pages === 4 || pages === 8) split();
      const { statusCode, result } = await readPage(feed);
      if (statusCode === 304) break;
      seen.push(...(result as { id: string }[]));
    }
    expect(idsOf(seen)).toEqual(IDS.toSorted());
    await container.items.upsert({ id: '7', pk: 'key 7', n: 2 });
    expect(await drain(feed)).toMatchObject([{ id: '7', n: 2 }]);
  });

  test('leaves positions from before it good, for clients that have never seen it', async () => {
    const { container, merge } = await fill(service);
    const feed = open(container, ChangeFeedStartFrom.Beginning());
    expect(idsOf(await drain(feed))).toEqual(IDS.toSorted());
    const { continuationToken } = await readPage(feed);
    merge();
    merge();
    await container.items.upsert({ id: 'new', pk: 'key 1' });
    await container.items.upsert({ id: '5', pk: 'key 5' });
    const rest = open(again(service, container), ChangeFeedStartFrom.Continuation(continuationToken));
    expect(idsOf(await drain(rest))).toEqual(['5', 'new']);
  });

  test('in the middle of the feed of all versions loses and repeats nothing', async () => {
    const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(5));
    const { container, merge } = await fill(service, { changeFeedPolicy });
    const feed = open(container, ChangeFeedStartFrom.Now(), { ...ALL_VERSIONS, maxItemCount: 3 });
    expect(await drain(feed)).toEqual([]);
    for (const id of IDS) await container.item(id, `key ${id}`).delete();
    const seen = (await readPage(feed)).result as unknown as { metadata: { id: string } }[];
    merge();
    seen.push(...(await drain<{ metadata: { id: string } }>(feed)));
    expect(idsOf(seen.map(({ metadata }) => metadata))).toEqual(IDS.toSorted());
  });

  test('is followed by bulk writes, queries and reads of clients that have the old ranges', async () => {
    const { container, merge } = await fill(service);
    const bulk = (n: number) =>
      container.items.executeBulkOperations(
        IDS.map((id) => ({
          operationType: 'Upsert' as const,
          partitionKey: `key ${id}`,
          resourceBody: { id, pk: `key ${id}`, n },
        })),
      );
    await container.getFeedRanges();
    merge();
    expect((await bulk(2)).map(({ response }) => response?.statusCode)).toEqual(IDS.map(() => 200));
    const { resources } = await container.items.query('SELECT * FROM c WHERE c.n = 2').fetchAll();
    expect(resources).toHaveLength(IDS.length);
    expect((await container.item('7', 'key 7').read()).resource).toMatchObject({ n: 2 });
  });
});

describeService('a range that is about to split or merge', (service) => {
  describe('rule 7: is told with 410 and 1007 until it has', () => {
    test.each(['split', 'merge', 'resume'] as const)('%s', async (end) => {
      const { container, emulator } = await fill(service);
      const feed = open(container, ChangeFeedStartFrom.Beginning(), { maxItemCount: 5 });
      const seen = idsOf((await readPage(feed)).result as { id: string }[]);
      const [first] = (await container.readPartitionKeyRanges().fetchAll()).resources;
      const place = [service.databaseId, container.id] as const;
      emulator.suspend(...place, first?.id ?? '');
      let requests = 0;
      service.embedded('faults').fail(({ operation }) => {
        if (operation !== 'changeFeed' || ++requests !== 6) return undefined;
        if (end === 'resume') emulator.resume(...place, first?.id ?? '');
        else emulator[end](...place);
        return undefined;
      });
      seen.push(...idsOf(await drain(feed)));
      expect(requests).toBeGreaterThan(6);
      expect(seen.sort()).toEqual(IDS.toSorted());
    });
  });
});
