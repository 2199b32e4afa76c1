import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChangeFeedMode, ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { describe, expect, onTestFinished, test } from 'vitest';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { connect, openEmulator, openRig } from './rig.ts';
import { type Answer, send } from './wire.ts';

const IDS = Array.from({ length: 60 }, (_, index) => `item-${index}`);
const MIDDLE = '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF';
const changeFeedPolicy = { retentionDuration: 10 };

async function write(container: Container, ids: readonly string[], v = 1): Promise<void> {
  for (const id of ids) await container.items.upsert({ id, pk: id, v });
}

async function rangesOf(container: Container) {
  const { resources } = await container.readPartitionKeyRanges().fetchAll();
  return resources.map(({ id, minInclusive, maxExclusive, parents }) => [id, minInclusive, maxExclusive, parents]);
}

type Emulator = Parameters<typeof send>[0];

function read(emulator: Emulator, range: string, headers: Record<string, string>): Promise<Answer> {
  return send(emulator, {
    path: '/dbs/db/colls/items/docs',
    headers: { 'a-im': 'Incremental Feed', 'x-ms-documentdb-partitionkeyrangeid': range, ...headers },
  });
}

const idsIn = ({ status, text }: Answer): string[] =>
  status === 200 ? JSON.parse(text).Documents.map(({ id }: { id: string }) => id) : [];
const isLow = (id: string): boolean => effectivePartitionKey([id], { paths: ['/pk'], version: 2 }) < MIDDLE;

describe('ranges that were merged', () => {
  test('are gone; the new one has an id of its own, their keys and their names as parents', async () => {
    const { emulator, container } = await openRig({ ranges: 3 });
    const before = await rangesOf(container);
    emulator.merge('db', 'items');
    emulator.split('db', 'items', '3');
    emulator.merge('db', 'items', ['5', '2']);
    expect(await rangesOf(container)).toEqual([
      ['4', '', expect.any(String), ['0', '1', '3']],
      ['6', expect.any(String), 'FF', ['0', '1', '2', '3', '5']],
    ]);
    expect(before.map(([id]) => id)).toEqual(['0', '1', '2']);
    for (const old of ['0', '1', '2', '3', '5']) {
      const { status, headers } = await read(emulator, old, { 'if-none-match': '*' });
      expect([status, headers['x-ms-substatus']]).toEqual([410, '1002']);
    }
  });

  test('must be neighbours, and there', async () => {
    const { emulator, container } = await openRig({ ranges: 3 });
    expect(() => emulator.merge('db', 'items', ['0', '2'])).toThrow('neighbouring');
    expect(() => emulator.merge('db', 'items', ['0'])).toThrow('neighbouring');
    expect(() => emulator.merge('db', 'items', ['0', '9'])).toThrow('no longer available');
    emulator.merge('db', 'items', ['0', '1', '2']);
    expect(await rangesOf(container)).toEqual([['3', '', 'FF', ['0', '1', '2']]]);
    expect(() => emulator.merge('db', 'items')).toThrow('neighbouring');
  });

  test('leave each position good between the bounds it was for, whatever the other counted', async () => {
    const { emulator, container } = await openRig({ ranges: 2 });
    const [low, high] = [IDS.filter(isLow), IDS.filter((id) => !isLow(id))];
    // The first range counts to 1, the second far beyond.
    await write(container, low.slice(0, 1));
    await write(container, [...high, ...high, ...high]);
    const position = async (range: string): Promise<string> =>
      String((await read(emulator, range, { 'if-none-match': '*' })).headers.etag);
    const [ofLow, ofHigh] = [await position('0'), await position('1')];
    await write(container, low.slice(1, 4));
    await write(container, high.slice(0, 2), 2);
    emulator.merge('db', 'items');
    await write(container, [...low.slice(3, 6), ...high.slice(2, 4)], 3);
    const lowBounds = { 'x-ms-start-epk': '', 'x-ms-end-epk': MIDDLE };
    const highBounds = { 'x-ms-start-epk': MIDDLE, 'x-ms-end-epk': 'FF' };
    const lowNews = await read(emulator, '2', { 'if-none-match': ofLow, ...lowBounds });
    const highNews = await read(emulator, '2', { 'if-none-match': ofHigh, ...highBounds });
    expect(idsIn(lowNews)).toEqual(low.slice(1, 6));
    expect(idsIn(highNews)).toEqual(high.slice(0, 4));
    for (const [news, bounds] of [
      [lowNews, lowBounds],
      [highNews, highBounds],
    ] as const) {
      const next = await read(emulator, '2', { 'if-none-match': String(news.headers.etag), ...bounds });
      expect(next.status).toBe(304);
    }
    expect(idsIn(await read(emulator, '2', {})).toSorted()).toEqual([...low.slice(0, 6), ...high].toSorted());
  });

  test('do not make a position in one too old by what the other has lost', async () => {
    let now = Math.floor(Date.now() / 1000) * 1000;
    const { emulator, container } = await openRig({
      ranges: 2,
      changeFeedPolicy: { retentionDuration: 1 },
      clock: () => now,
    });
    const [low, high] = [IDS.filter(isLow), IDS.filter((id) => !isLow(id))];
    await write(container, high);
    now += 61_000;
    await write(container, low.slice(0, 2));
    emulator.merge('db', 'items');
    const all = { 'a-im': 'Full-Fidelity Feed', 'if-none-match': '"1"' };
    const inLow = await read(emulator, '2', { ...all, 'x-ms-start-epk': '', 'x-ms-end-epk': MIDDLE });
    expect(inLow.status).toBe(200);
    expect(JSON.parse(inLow.text).Documents).toMatchObject([{ current: { id: low[1] } }]);
    const inHigh = await read(emulator, '2', { ...all, 'x-ms-start-epk': MIDDLE, 'x-ms-end-epk': 'FF' });
    expect(inHigh.status).toBe(400);
  });

  test.each([ChangeFeedMode.LatestVersion, ChangeFeedMode.AllVersionsAndDeletes])(
    'lose and repeat nothing for a reader in the middle of the feed "%s"',
    async (changeFeedMode) => {
      const { emulator, container } = await openRig({ ranges: 4, changeFeedPolicy });
      const options = { changeFeedMode, maxItemCount: 2, changeFeedStartFrom: ChangeFeedStartFrom.Now() };
      const feed = container.items.getChangeFeedIterator(options);
      expect((await feed.readNext()).statusCode).toBe(304);
      await write(container, IDS);
      const seen: string[] = [];
      for (let pages = 0; ; pages++) {
        if (pages === 3) emulator.merge('db', 'items');
        if (pages === 6) emulator.merge('db', 'items', ['4', '2']);
        if (pages === 9) emulator.split('db', 'items', '5');
        const { statusCode, result } = await feed.readNext();
        if (statusCode === 304) break;
        seen.push(
          ...result.map((item: { id?: string; current?: { id: string } }) => String(item.current?.id ?? item.id)),
        );
      }
      expect(seen.toSorted()).toEqual(IDS.toSorted());
    },
  );

  test('have their documents where queries, bulk writes and point reads find them, after a restart too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cosmosflow-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const data = join(folder, 'data.db');
    const { emulator, container } = await openRig({ ranges: 3, data });
    await write(container, IDS);
    emulator.merge('db', 'items', ['1', '2']);
    await write(container, IDS.slice(0, 5), 2);
    const ranges = await rangesOf(container);
    await emulator.close();
    const again = await openEmulator({ data });
    const reopened = connect(again).database('db').container('items');
    expect(await rangesOf(reopened)).toEqual(ranges);
    const { resources } = await reopened.items.query('SELECT VALUE c.id FROM c').fetchAll();
    expect(resources.toSorted()).toEqual(IDS.toSorted());
    const all = await Promise.all(['0', '3'].map(async (range) => idsIn(await read(again, range, {}))));
    expect(all.flat().toSorted()).toEqual(IDS.toSorted());
    expect((await reopened.item('item-7', 'item-7').read()).resource).toMatchObject({ v: 1 });
    again.split('db', 'items', '3');
    expect((await rangesOf(reopened)).map(([id]) => id)).toEqual(['0', '4', '5']);
  });
});

describe('a client', () => {
  test('goes on with a session of ranges that were merged, but not with one of the future', async () => {
    const { emulator, container } = await openRig({ ranges: 2 });
    await write(container, IDS.slice(0, 10));
    const read = (token: string) =>
      send(emulator, {
        path: '/dbs/db/colls/items/docs/item-0',
        headers: { 'x-ms-documentdb-partitionkey': '["item-0"]', 'x-ms-session-token': token },
      });
    const [{ headers }] = [await read('')];
    const token = String(headers['x-ms-session-token']);
    emulator.merge('db', 'items');
    const after = await read(token);
    expect([after.status, String(after.headers['x-ms-session-token']).split(':')[0]]).toEqual([200, '2']);
    expect((await read(String(after.headers['x-ms-session-token']))).status).toBe(200);
    expect((await read('2:-1#99')).status).toBe(404);
  });

  test('that asks each range by itself finds everything once, before and after a merge', async () => {
    const { emulator, container } = await openRig({ ranges: 3 });
    await write(container, IDS);
    // One that has asked before goes on asking the ranges that are gone, without end, whether they split or merged.
    const query = async (): Promise<string[]> => {
      const { items } = connect(emulator).database('db').container('items');
      return (await items.query('SELECT VALUE c.id FROM c', { forceQueryPlan: true }).fetchAll()).resources.toSorted();
    };
    expect(await query()).toEqual(IDS.toSorted());
    emulator.merge('db', 'items', ['1', '2']);
    expect(await query()).toEqual(IDS.toSorted());
    emulator.merge('db', 'items');
    emulator.split('db', 'items');
    expect(await query()).toEqual(IDS.toSorted());
  });
});

describe('a range that is suspended', () => {
  test('answers with 410 and 1007, then with 1002 once it is merged', async () => {
    const { emulator } = await openRig({ ranges: 2 });
    const answer = async (): Promise<unknown[]> => {
      const { status, headers } = await read(emulator, '0', { 'if-none-match': '*' });
      return [status, headers['x-ms-substatus']];
    };
    emulator.suspend('db', 'items', '0');
    expect(await answer()).toEqual([410, '1007']);
    emulator.resume('db', 'items', '0');
    expect(await answer()).toEqual([304, undefined]);
    emulator.suspend('db', 'items', '0');
    emulator.merge('db', 'items');
    expect(await answer()).toEqual([410, '1002']);
  });

  test('keeps the official client asking until it is split, and then loses nothing', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await write(container, IDS.slice(0, 20));
    const feed = container.items.getChangeFeedIterator({
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
      maxItemCount: 5,
    });
    const seen = (await feed.readNext()).result.map(({ id }) => id);
    emulator.suspend('db', 'items', '0');
    const pending = feed.readNext();
    await send(emulator, { path: '/dbs/db/colls/items/pkranges' });
    emulator.split('db', 'items', '0');
    for (let page = await pending; page.statusCode === 200; page = await feed.readNext()) {
      seen.push(...page.result.map(({ id }) => id));
    }
    expect(seen.toSorted()).toEqual(IDS.slice(0, 20).toSorted());
  });
});
