import {
  ChangeFeedPolicy,
  ChangeFeedRetentionTimeSpan,
  ChangeFeedStartFrom,
  type ContainerRequest,
  PartitionKeyKind,
} from '@azure/cosmos';
import { expect, test } from 'vitest';
import { skip } from '../../support/endpoint.ts';
import { ALL_VERSIONS, drain, drainPages, open, readPage } from './feed.ts';
import { describeService, type Service } from './service.ts';

interface Version {
  readonly current?: Readonly<Record<string, unknown>>;
  readonly metadata: {
    readonly operationType: string;
    readonly lsn: number;
    readonly crts: number;
    readonly previousImageLSN?: number;
    readonly timeToLiveExpired?: boolean;
    readonly id?: string;
    readonly partitionKey?: Readonly<Record<string, unknown>>;
  };
}

const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(5));

/** A container that keeps all versions, and what happens in it from now on. */
async function openFeed(service: Service, definition: Partial<ContainerRequest> = {}, options = {}) {
  try {
    const container = await service.container({ changeFeedPolicy, ...definition });
    const feed = open(container, ChangeFeedStartFrom.Now(), { ...ALL_VERSIONS, ...options });
    await drain(feed);
    return { container, feed };
  } catch (error) {
    if (!service.isEmbedded) skip(`${service.endpoint} has no feed of all versions: ${(error as Error).message}`);
    throw error;
  }
}

const lineOf = ({ current, metadata }: Version): string => `${metadata.operationType} ${current?.id ?? metadata.id}`;

describeService('the feed of all versions and deletes', (service) => {
  test('has every create, replace and delete, with what was before it', async () => {
    const { container, feed } = await openFeed(service);
    await container.items.create({ id: '1', pk: 'p', v: 1 });
    await container.items.upsert({ id: '1', pk: 'p', v: 2 });
    await container.item('1', 'p').replace({ id: '1', pk: 'p', v: 3 });
    await container.item('1', 'p').delete();
    const versions = await drain<Version>(feed);
    expect(versions.map(lineOf)).toEqual(['create 1', 'replace 1', 'replace 1', 'delete 1']);
    expect(versions.map(({ current }) => current?.v)).toEqual([1, 2, 3, undefined]);
    const lsns = versions.map(({ metadata }) => metadata.lsn);
    expect(lsns).toEqual(lsns.toSorted((one, two) => one - two));
    expect(versions.slice(1).map(({ metadata }) => metadata.previousImageLSN)).toEqual(lsns.slice(0, -1));
    for (const { metadata } of versions) expect(metadata.crts).toBeGreaterThan(1_600_000_000);
    expect(versions[3]?.metadata).toMatchObject({ timeToLiveExpired: false, id: '1', partitionKey: { pk: 'p' } });
  });

  test('has what was created and deleted between two looks', async () => {
    const { container, feed } = await openFeed(service);
    for (const id of ['1', '2']) {
      await container.items.create({ id, pk: 'p' });
      await container.item(id, 'p').delete();
    }
    expect((await drain<Version>(feed)).map(lineOf)).toEqual(['create 1', 'delete 1', 'create 2', 'delete 2']);
  });

  test('has what expired as deleted at that', async () => {
    const { pass } = service.embedded('a clock that can be turned');
    const { container, feed } = await openFeed(service, { defaultTtl: 10 });
    await container.items.create({ id: '1', pk: 'p' });
    pass(11);
    expect((await drain<Version>(feed)).map(lineOf)).toEqual(['create 1', 'delete 1']);
    await container.items.create({ id: '2', pk: 'p', ttl: 5 });
    pass(17);
    const [, expired] = await drain<Version>(feed);
    expect(expired?.metadata).toMatchObject({ operationType: 'delete', timeToLiveExpired: true, id: '2' });
  });

  test('has a transaction on one page and under one number', async () => {
    const { container, feed } = await openFeed(service, {}, { maxItemCount: 1 });
    const upsert = (id: string) => ({ operationType: 'Upsert' as const, resourceBody: { id, pk: 'p' } });
    await container.items.batch([upsert('1'), upsert('2'), upsert('1'), { operationType: 'Delete', id: '2' }], 'p');
    await container.items.upsert({ id: '3', pk: 'p' });
    const pages = await drainPages<Version>(feed);
    expect(pages.map((page) => page.map(lineOf))).toEqual([
      ['create 1', 'create 2', 'replace 1', 'delete 2'],
      ['create 3'],
    ]);
    expect(new Set(pages[0]?.map(({ metadata }) => metadata.lsn)).size).toBe(1);
  });

  test('tells all levels of the key of what was deleted', async () => {
    const partitionKey = { paths: ['/a', '/b'], kind: PartitionKeyKind.MultiHash, version: 2 };
    const { container, feed } = await openFeed(service, { partitionKey });
    await container.items.create({ id: '1', a: 'x', b: 7 });
    await container.item('1', ['x', 7]).delete();
    const [, deleted] = await drain<Version>(feed);
    expect(deleted?.metadata).toMatchObject({ id: '1', partitionKey: { a: 'x', b: 7 } });
  });

  test('of a key has what happened to that key', async () => {
    const { container } = await openFeed(service);
    const feed = open(container, ChangeFeedStartFrom.Now('p'), ALL_VERSIONS);
    await drain(feed);
    for (const pk of ['p', 'q']) await container.items.create({ id: pk, pk });
    expect((await drain<Version>(feed)).map(lineOf)).toEqual(['create p']);
  });

  test('goes on from a continuation, with another client', async () => {
    const { container, feed } = await openFeed(service);
    await container.items.create({ id: '1', pk: 'p' });
    await drain(feed);
    const { continuationToken } = await readPage(feed);
    await container.item('1', 'p').delete();
    const again = service.connect().database(service.databaseId).container(container.id);
    const rest = open(again, ChangeFeedStartFrom.Continuation(continuationToken), ALL_VERSIONS);
    expect((await drain<Version>(rest)).map(lineOf)).toEqual(['delete 1']);
  });

  test.each<[string, () => ChangeFeedStartFrom]>([
    ['the beginning', () => ChangeFeedStartFrom.Beginning()],
    ['a time', () => ChangeFeedStartFrom.Time(new Date(Date.now() - 60_000))],
  ])('is refused with 400 from %s', async (_, start) => {
    const { container } = await openFeed(service);
    await expect(drain(open(container, start(), ALL_VERSIONS))).rejects.toMatchObject({ code: 400 });
  });

  test('is refused with 400 from a position that is older than its retention', async () => {
    const { pass } = service.embedded('a clock that can be turned');
    const { container, feed } = await openFeed(service);
    await container.items.create({ id: '1', pk: 'p' });
    pass(400);
    await expect(drain(feed)).rejects.toMatchObject({ code: 400 });
  });

  test('loses and repeats nothing over a split', async () => {
    const { emulator } = service.embedded('splits on command');
    const { container, feed } = await openFeed(service, { throughput: 400 }, { maxItemCount: 5 });
    const ids = Array.from({ length: 30 }, (_, index) => `${index}`);
    for (const id of ids) await container.items.create({ id, pk: `key ${id}` });
    const seen = ((await readPage(feed)).result as unknown as Version[]).map(lineOf);
    emulator.split(service.databaseId, container.id);
    await container.item('3', 'key 3').delete();
    seen.push(...(await drain<Version>(feed)).map(lineOf));
    expect(seen.sort()).toEqual([...ids.map((id) => `create ${id}`), 'delete 3'].sort());
  });

  test('leaves the feed of latest versions as it was', async () => {
    const { container } = await openFeed(service);
    await container.items.create({ id: '1', pk: 'p', v: 1 });
    await container.items.upsert({ id: '1', pk: 'p', v: 2 });
    const latest = await drain(open(container, ChangeFeedStartFrom.Beginning()));
    expect(latest).toMatchObject([{ id: '1', v: 2 }]);
    expect(latest[0]).not.toHaveProperty('metadata');
  });
});
