import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan, type PartitionKeyDefinition } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import type { Change, Position, Source } from '../../src/contract.ts';
import { describeSource, type SourceRig } from '../contract/source.ts';
import { idOf, readAll, textOf } from '../support/changes.ts';
import { type ContainerRig, type ContainerRigOptions, useContainer } from '../support/container.ts';
import { upsertText } from '../support/contents.ts';
import { feedOf, fill, firstPage, patient } from './rig.ts';

const MINUTES = 5;
const policies = { changeFeedPolicy: new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(MINUTES)) };

describeSource('change feed of all versions', async () => {
  const rig = await openVersions({ ranges: 3 });
  const ids = Array.from({ length: 100 }, (_, index) => `item-${String(index).padStart(3, '0')}`);
  const source = await sinceNow(rig);
  await fill(rig, ids);
  return { ...source, ids } satisfies SourceRig;
});

describe('every change comes, and tells what happened:', () => {
  test('creations, replacements and deletions, the document in each version byte for byte', async () => {
    const rig = await openVersions({ ranges: 1 });
    const { source } = await sinceNow(rig);
    const text = '{ "z":1.0,"id":"a","n":9007199254740993,"n":2,"pk":"x","t":"\\u00e9\\/😀" }';
    await upsertText(rig.emulator, 'db/items', '["x"]', text);
    await upsertText(rig.emulator, 'db/items', '["x"]', text.replace('1.0', '2.0'));
    await items(rig).item('a', 'x').delete();
    const [created, replaced, deleted] = (await readAll(source)) as [Change, Change, Change];
    expect(created).toMatchObject({ kind: 'upsert', operation: 'create', key: '"a","x"', lsn: 1 });
    expect(textOf(created).slice(0, text.length - 1)).toBe(text.slice(0, -1));
    expect(replaced).toMatchObject({ kind: 'upsert', operation: 'replace', key: '"a","x"', lsn: 2 });
    expect(textOf(replaced)).toContain('"z":2.0');
    expect(deleted).toMatchObject({ kind: 'delete', operation: 'delete', key: '"a","x"', lsn: 3 });
    expect(textOf(deleted)).toBe('{"id":"a","pk":"x"}');
    const { _etag, _ts } = JSON.parse(textOf(replaced));
    expect(replaced).toMatchObject({ version: _etag, time: _ts });
    expect(new Set([created, replaced, deleted].map(({ version }) => version)).size).toBe(3);
    expect(deleted.time).toBeGreaterThanOrEqual(_ts);
  });

  test('what has expired, apart from what was deleted', async () => {
    let now = Math.floor(Date.now() / 1000) * 1000 - 300_000;
    const rig = await openVersions({ ranges: 1, clock: () => now, policies: { ...policies, defaultTtl: -1 } });
    const { source } = await sinceNow(rig);
    await items(rig).items.create({ id: 'a', pk: 'x', ttl: 5 });
    now += 60_000;
    const [, expired] = await readAll(source);
    expect(expired).toMatchObject({ kind: 'delete', operation: 'expire', key: '"a","x"' });
  });

  test.each<[string, PartitionKeyDefinition, object, string]>([
    ['a nested path', { paths: ['/a/b'], version: 2 }, { id: '1', a: { b: 1.5, c: 2 } }, '{"id":"1","a":{"b":1.5}}'],
    [
      'levels in one object',
      { paths: ['/a/x', '/a/y'], kind: 'MultiHash' as never, version: 2 },
      { id: '1', a: { x: 'é"', y: null } },
      '{"id":"1","a":{"x":"é\\"","y":null}}',
    ],
    ['the id', { paths: ['/id'], version: 2 }, { id: '1' }, '{"id":"1"}'],
    ['a property that is not there', { paths: ['/pk'], version: 2 }, { id: '1' }, '{"id":"1"}'],
  ])('a deletion has the key of its document where that is %s', async (_, partitionKey, document, text) => {
    const rig = await openVersions({ ranges: 1, partitionKey });
    const { source } = await sinceNow(rig);
    const { item } = await items(rig).items.create(document);
    await item.delete();
    const [created, deleted] = (await readAll(source)) as [Change, Change];
    expect(textOf(deleted)).toBe(text);
    expect(deleted.key).toBe(created.key);
  });

  test('versions between two pages are not left out', async () => {
    const rig = await openVersions({ ranges: 1 });
    const { source } = await sinceNow(rig);
    for (let version = 1; version <= 25; version++) await fill(rig, ['a'], version);
    const versions = (await readAll(source)).map((change) => JSON.parse(textOf(change)).version);
    expect(versions).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  });
});

describe('splits and merges', () => {
  test('while the feed is read lose no change, repeat none, and keep the order of each key', async () => {
    const rig = await openVersions({ ranges: 2 });
    const { source } = await sinceNow(rig);
    const ids = Array.from({ length: 12 }, (_, index) => `item-${index}`);
    for (let version = 1; version <= 6; version++) await fill(rig, ids, version);
    let requests = 0;
    rig.intercept = ({ operation }) => {
      if (operation !== 'changeFeed') return undefined;
      requests++;
      if (requests % 6 === 2) rig.emulator.split('db', 'items');
      if (requests % 6 === 5) rig.emulator.merge('db', 'items');
      return undefined;
    };
    const seen = new Map<string, number[]>();
    for (const change of await readAll(source))
      seen.set(idOf(change), [...(seen.get(idOf(change)) ?? []), JSON.parse(textOf(change)).version]);
    expect([...seen].sort()).toEqual(ids.map((id) => [id, [1, 2, 3, 4, 5, 6]] as const).toSorted());
    expect(requests).toBeGreaterThan(8);
  });

  test('a range that is about to split is waited for', async () => {
    const rig = await openVersions({ ranges: 1 });
    const { source, starts } = await sinceNow(rig);
    await fill(rig, ['a', 'b', 'c']);
    rig.emulator.suspend('db', 'items', '0');
    let refused = 0;
    rig.intercept = ({ operation }) => {
      if (operation === 'changeFeed' && ++refused === 3) rig.emulator.split('db', 'items');
      return undefined;
    };
    const changes = await readAll({ ...patient(source, 20_000), starts: async () => starts });
    expect(changes.map(idOf).sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('it is refused, with what to do,', () => {
  test('when the container does not retain versions', async () => {
    const rig = await useContainer({ ranges: 1 });
    const source = feedOf(rig, { mode: 'all versions and deletes', start: 'now' });
    await expect(patient(source, 1000).starts()).rejects.toMatchObject({
      code: 'configuration',
      hint: expect.stringMatching(/changeFeedPolicy/),
    });
  });

  test('when the position is older than what is retained: a gap is never passed over', async () => {
    let now = Date.now() - 600_000;
    const rig = await openVersions({ ranges: 1, clock: () => now });
    const { source, starts } = await sinceNow(rig);
    await fill(rig, ['a']);
    now += (MINUTES + 1) * 60_000;
    const [{ range, resumeAt }] = starts as [Position];
    await expect(firstPage(patient(source, 1000), range, resumeAt)).rejects.toMatchObject({
      code: 'position_expired',
      hint: expect.stringMatching(/--restart/),
    });
  });
});

function openVersions(options: ContainerRigOptions): Promise<ContainerRig> {
  return useContainer({ policies, ...options });
}

/** The feed from here on: its starts are those of now, however late they are asked for. */
async function sinceNow(rig: ContainerRig): Promise<{ source: Source; starts: readonly Position[] }> {
  const feed = feedOf(rig, { mode: 'all versions and deletes', start: 'now' });
  const starts = await feed.starts();
  const startOf = (min: string) => starts.find(({ range }) => range.min === min)?.resumeAt;
  const pages: Source['pages'] = (range, from, signal) => feed.pages(range, from ?? startOf(range.min), signal);
  return { source: { ...feed, starts: async () => starts, pages }, starts };
}

function items({ client }: ContainerRig) {
  return client.database('db').container('items');
}
