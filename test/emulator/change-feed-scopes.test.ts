import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeFeedMode,
  ChangeFeedStartFrom,
  type Container,
  type FeedRange,
  type PartitionKey,
  type PartitionKeyDefinition,
} from '@azure/cosmos';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { connect, openEmulator, openRig, type Rig } from './rig.ts';
import { send } from './wire.ts';

const partitionKey = { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 } as PartitionKeyDefinition;
const changeFeedPolicy = { retentionDuration: 10 };
const TENANTS = ['a', 'b', 'c'];
const USERS = Array.from({ length: 12 }, (_, index) => `u${index}`);

type Scope = PartitionKey | FeedRange | undefined;

interface Item {
  readonly id: string;
  readonly tenant: string;
  readonly user: string;
}

/** Items of three tenants in ranges of which tenant `a` has several. */
async function openTenants(): Promise<Pick<Rig, 'emulator' | 'container'> & { tick(): Date }> {
  const folder = mkdtempSync(join(tmpdir(), 'cosmosflow-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const data = join(folder, 'data.db');
  const small = await openRig({ data, ranges: 2, rangeBytes: 4000, partitionKey, changeFeedPolicy });
  await small.container.items.create({ id: 'gone', tenant: 'a', user: 'u1' });
  for (const tenant of TENANTS) await write(small.container, 'old', [tenant]);
  const spread = async () => expect((await rangesOf(small.container, 'a')).length).toBeGreaterThan(2);
  await vi.waitFor(spread, { timeout: 20_000, interval: 50 });
  await small.emulator.close();
  // From here on ranges stay as they are.
  let now = Math.floor(Date.now() / 1000) * 1000;
  const emulator = await openEmulator({ data, clock: () => now });
  const tick = (): Date => {
    now += 10_000;
    return new Date(now - 5000);
  };
  return { emulator, container: connect(emulator).database('db').container('items'), tick };
}

async function write(container: Container, id: string, tenants: readonly string[]): Promise<void> {
  for (const tenant of tenants) {
    for (const user of USERS) await container.items.upsert({ id, tenant, user, text: 'x'.repeat(400) });
  }
}

async function rangesOf(container: Container, tenant: string): Promise<string[]> {
  const min = effectivePartitionKey([tenant], partitionKey);
  const { resources } = await container.readPartitionKeyRanges().fetchAll();
  const reached = resources.filter((range) => range.minInclusive < `${min}FF` && range.maxExclusive > min);
  return reached.map(({ id }) => id);
}

async function drain(container: Container, changeFeedStartFrom: ChangeFeedStartFrom, mode: ChangeFeedMode) {
  const options = { changeFeedStartFrom, changeFeedMode: mode, maxItemCount: 7 };
  const feed = container.items.getChangeFeedIterator(options);
  const items: Item[] = [];
  for (;;) {
    const page = await feed.readNext();
    if (page.statusCode !== 200) return { names: items.map(nameOf).toSorted(), token: page.continuationToken };
    const changes = page.result as unknown as (Item & { readonly current?: Item })[];
    items.push(...changes.map((change) => change.current ?? change));
  }
}

function nameOf({ id, tenant, user }: Item): string {
  return `${id} ${tenant} ${user}`;
}

function names(id: string, tenants: readonly string[], users: readonly string[] = USERS): string[] {
  return tenants.flatMap((tenant) => users.map((user) => nameOf({ id, tenant, user }))).toSorted();
}

const { LatestVersion, AllVersionsAndDeletes } = ChangeFeedMode;

describe.each<[string, Scope, readonly string[], readonly string[]]>([
  ['a whole container', undefined, TENANTS, USERS],
  ['a key without its last level', ['a'], ['a'], USERS],
  ['a key', ['b', 'u3'], ['b'], ['u3']],
])('the feed of %s', (_, scope, tenants, users) => {
  test('starts from the beginning, a time, now and a token, for the official client', async () => {
    const { container, tick } = await openTenants();
    await container.item('gone', ['a', 'u1'] as never).delete();
    const between = tick();
    await write(container, 'new', TENANTS);
    const old = names('old', tenants, users);
    const news = names('new', tenants, users);
    const beginning = await drain(container, ChangeFeedStartFrom.Beginning(scope as never), LatestVersion);
    expect(beginning.names).toEqual([...news, ...old].toSorted());
    const fromTime = await drain(container, ChangeFeedStartFrom.Time(between, scope as never), LatestVersion);
    expect(fromTime.names).toEqual(news);
    for (const mode of [LatestVersion, AllVersionsAndDeletes]) {
      const now = await drain(container, ChangeFeedStartFrom.Now(scope as never), mode);
      expect(now.names).toEqual([]);
      await write(container, 'next', TENANTS);
      const later = await drain(container, ChangeFeedStartFrom.Continuation(now.token), mode);
      expect(later.names).toEqual(names('next', tenants, users));
    }
  });
});

test('the feeds of a container’s feed ranges are together the feed of the container', async () => {
  const { container } = await openTenants();
  const all: string[] = [];
  for (const range of await container.getFeedRanges()) {
    all.push(...(await drain(container, ChangeFeedStartFrom.Beginning(range), LatestVersion)).names);
  }
  expect(all.toSorted()).toEqual(['gone a u1', ...names('old', TENANTS)].toSorted());
});

test('a key without its last level is read from one range at a time, named with it', async () => {
  const { emulator, container } = await openTenants();
  const read = async (scope: Record<string, string>) => {
    const headers = { 'a-im': 'Incremental Feed', 'x-ms-documentdb-partitionkey': '["a"]', ...scope };
    const { status, text } = await send(emulator, { path: '/dbs/db/colls/items/docs', headers });
    return { status, names: status === 200 ? JSON.parse(text).Documents.map(nameOf) : [] };
  };
  expect((await read({})).status).toBe(400);
  const all: string[] = [];
  for (const id of await rangesOf(container, 'a')) {
    all.push(...(await read({ 'x-ms-documentdb-partitionkeyrangeid': id })).names);
  }
  expect(all.toSorted()).toEqual(['gone a u1', ...names('old', ['a'])].toSorted());
});
