import { describe, expect, test } from 'vitest';
import type { Source } from '../../src/contract.ts';
import { EVERYTHING } from '../../src/contract.ts';
import { assertTiles } from '../../src/pipeline/tiling.ts';
import { describeMiss, parseFeedRange, parsePartitionKey, scopeOfKey } from '../../src/sources/feed-scope.ts';
import { untilTold } from '../../src/sources/until-told.ts';
import { idOf, rangesOf, readAll } from '../support/changes.ts';
import { type ContainerRig, useContainer } from '../support/container.ts';
import { feedOf, openFeed } from './rig.ts';

describe('a partition key', () => {
  test.each([
    ['customer-00042', ['customer-00042']],
    ['"7"', ['7']],
    ['7', [7]],
    ['true', [true]],
    ['null', [null]],
    ['["contoso", 7]', ['contoso', 7]],
    ['[{}]', [undefined]],
    ['not "JSON"', ['not "JSON"']],
    ['12-34', ['12-34']],
  ])('may be written %s', (text, key) => {
    expect(parsePartitionKey(text)).toEqual(key);
  });

  test.each(['[]', '{"a":1}', '[["a"]]', '1e999', '["t0"', '"t0', '{t0}', ' [t0]'])('may not be written %s', (text) => {
    expect(() => parsePartitionKey(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  test.each([
    ['12345', 'the partition key 12345, which is a number; the text is --partition-key \'"12345"\''],
    ['true', 'the partition key true, which is a boolean; the text is --partition-key \'"true"\''],
    ['null', 'the partition key null, which is null; the text is --partition-key \'"null"\''],
    ['"12345"', undefined],
    ['["a",1]', undefined],
  ])('%s that nothing has may have been meant to be a text', (text, words) => {
    expect(describeMiss(parsePartitionKey(text))).toBe(words && `nothing was found for ${words}`);
  });

  test('that is too long, or a part of one that has no parts, is refused', async () => {
    const { facts } = await useContainer();
    const levels = await useContainer({ partitionKey: BY_LEVELS });
    expect(() => scopeOfKey(['a', 'b'], facts)).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => scopeOfKey(['a', 'b', 'c', 'd'], levels.facts)).toThrow(/"a","b","c","d".* \/tenant, \/user, \/day/);
  });
});

describe('a feed range', () => {
  test.each([
    ['40-80', { min: '40', max: '80' }],
    ['-1fff', { min: '', max: '1FFF' }],
    ['-FF', EVERYTHING],
  ])('may be written %s', (text, range) => {
    expect(parseFeedRange(text)).toEqual(range);
  });

  test.each(['', '40', '80-40', '40-40', '40-FFF', 'x-y', '40-'])('may not be written "%s"', (text) => {
    expect(() => parseFeedRange(text)).toThrow(expect.objectContaining({ code: 'usage' }));
  });
});

describe('a part of a container', () => {
  test('is not taken to be at its end by pages with nothing of it', async () => {
    const rig = await openFeed({ ranges: 1, documents: 60 });
    for (const id of ['item-000', 'item-059']) {
      const source = feedOf(rig, { scope: scopeOfKey([`key of ${id}`], rig.facts), follow: true });
      expect((await readAll(untilTold(source, AbortSignal.abort()))).map(idOf)).toEqual([id]);
    }
  });

  test('is read alone, and tiled by the ranges that it reaches into', async () => {
    const rig = await openFeed({ ranges: 4, documents: 120 });
    const bounds = ['', '08', '17', '2A', 'FF'];
    const seen: string[] = [];
    for (let part = 0; part < bounds.length - 1; part++) {
      const whole = { min: bounds[part] as string, max: bounds[part + 1] as string };
      const source = feedOf(rig, { scope: { whole } });
      expect(source.whole).toEqual(whole);
      assertTiles(await rangesOf(source), whole);
      const ids = (await readAll(source)).map(idOf);
      expect(ids.length).toBeGreaterThan(0);
      seen.push(...ids);
    }
    expect(seen.sort()).toEqual(rig.ids);
  });

  test('stays the same part when its ranges split and merge', async () => {
    const rig = await openFeed({ ranges: 2, documents: 120 });
    const whole = { min: '0A', max: '2A' };
    const before = (await readAll(feedOf(rig, { scope: { whole } }))).map(idOf).sort();
    let requests = 0;
    rig.intercept = ({ operation }) => {
      if (operation !== 'changeFeed') return undefined;
      if (++requests === 3) rig.emulator.split('db', 'items');
      if (requests === 6) for (let left = 2; left > 0; left--) rig.emulator.merge('db', 'items');
      return undefined;
    };
    expect((await readAll(feedOf(rig, { scope: { whole } }))).map(idOf).sort()).toEqual(before);
    expect(requests).toBeGreaterThan(6);
  });

  test.each([1, 2] as const)(
    'is one key of a container with keys of version %i, whatever else has its place',
    async (version) => {
      const rig = await useContainer({ ranges: 3, partitionKey: { paths: ['/pk'], version } });
      // Version 1 looks at the first 100 characters alone.
      const long = 'x'.repeat(100);
      const keys = ['a', 'A', 1, true, null, long, `${long}y`, `${long}z`];
      for (const [index, pk] of keys.entries()) await create(rig, { id: `${index}`, pk });
      await create(rig, { id: 'none' });
      for (const [index, pk] of keys.entries()) expect(await idsOf(rig, [pk])).toEqual([`${index}`]);
      expect(await idsOf(rig, [undefined])).toEqual(['none']);
      expect(await idsOf(rig, ['nobody'])).toEqual([]);
    },
  );

  test('is everything below the first levels of a hierarchical key', async () => {
    const rig = await useContainer({ ranges: 3, partitionKey: BY_LEVELS });
    for (const [id, tenant, user, day] of [
      ['1', 'a', 'x', 1],
      ['2', 'a', 'x', 2],
      ['3', 'a', 'y', 1],
      ['4', 'ab', 'x', 1],
    ]) {
      await create(rig, { id, tenant, user, day });
    }
    expect(await idsOf(rig, ['a'])).toEqual(['1', '2', '3']);
    expect(await idsOf(rig, ['a', 'x'])).toEqual(['1', '2']);
    expect(await idsOf(rig, ['a', 'x', 2])).toEqual(['2']);
  });
});

const BY_LEVELS = { paths: ['/tenant', '/user', '/day'], kind: 'MultiHash' as never, version: 2 as const };

async function create({ client }: ContainerRig, document: object): Promise<void> {
  await client.database('db').container('items').items.create(document);
}

async function idsOf(rig: ContainerRig, key: Parameters<typeof scopeOfKey>[0]): Promise<string[]> {
  const source: Source = feedOf(rig, { scope: scopeOfKey(key, rig.facts) });
  return (await readAll(source)).map(idOf).sort();
}
