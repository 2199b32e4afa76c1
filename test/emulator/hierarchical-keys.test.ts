import { ChangeFeedStartFrom, type Container, type PartitionKey } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const DOCS = '/dbs/db/colls/items/docs';
const DEFINITION = { paths: ['/a', '/b', '/c'], kind: 'MultiHash', version: 2 } as const;
const LEVELS: readonly unknown[] = ['x', 'y', '', 1, null, undefined];

async function openLevels(ranges = 4) {
  const { emulator, container } = await openRig({ ranges, partitionKey: DEFINITION as never });
  for (const a of LEVELS.slice(0, 3)) {
    for (const b of LEVELS) {
      for (const c of ['1', undefined]) await container.items.create({ id: nameOf(a, b, c), a, b, c } as never);
    }
  }
  return { emulator, container };
}

const nameOf = (...levels: unknown[]): string => levels.map((level) => JSON.stringify(level) ?? 'none').join();

/** The names of all documents that have these first levels. */
function namesUnder(...prefix: unknown[]): string[] {
  const under = LEVELS.slice(0, 3).flatMap((a) => LEVELS.flatMap((b) => ['1', undefined].map((c) => [a, b, c])));
  return under
    .filter((levels) => prefix.every((level, index) => levels[index] === level))
    .map((levels) => nameOf(...levels))
    .sort();
}

async function find(container: Container, partitionKey: PartitionKey, maxItemCount = 100): Promise<string[]> {
  const query = container.items.query<string>('SELECT VALUE c.id FROM c', { partitionKey, maxItemCount });
  return (await query.fetchAll()).resources.sort();
}

describe('a key of several levels', () => {
  test.each<[unknown[]]>([[['x']], [['']], [['x', 'y']], [['x', null]], [['y', 1]], [['x', '']], [['none']]])(
    'finds by its first levels %j what is below them, in queries and in the feeds',
    async (prefix) => {
      const { emulator, container } = await openLevels();
      const expected = namesUnder(...prefix);
      for (const size of [1, 4, 100]) expect(await find(container, prefix as PartitionKey, size)).toEqual(expected);
      const headers = { 'x-ms-documentdb-partitionkey': JSON.stringify(prefix) };
      const { text } = await send(emulator, { path: DOCS, headers });
      expect(idsOf(text)).toEqual(expected);
      const changeFeedStartFrom = ChangeFeedStartFrom.Beginning(prefix as PartitionKey);
      const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom });
      const changed: string[] = [];
      for (;;) {
        const { statusCode, result } = await feed.readNext();
        if (statusCode === 304) break;
        changed.push(...(result as { id: string }[]).map(({ id }) => id));
      }
      expect(changed.sort()).toEqual(expected);
    },
  );

  test('finds by bounds of its hash what other clients find by its first levels', async () => {
    const { emulator } = await openLevels();
    for (const prefix of [['x'], ['x', 'y']]) {
      const epk = effectivePartitionKey(prefix, DEFINITION);
      const headers = { 'x-ms-start-epk': epk, 'x-ms-end-epk': `${epk}FF` };
      expect(idsOf((await send(emulator, { path: DOCS, headers })).text)).toEqual(namesUnder(...prefix));
    }
  });

  test('with missing levels is a key of its own', async () => {
    const { container } = await openLevels();
    expect(await find(container, ['x', {}, {}] as PartitionKey)).toEqual([nameOf('x', undefined, undefined)]);
    expect(await find(container, ['x', {}] as PartitionKey)).toEqual(namesUnder('x', undefined));
    expect((await container.item(nameOf('x', null, undefined), ['x', null, {}] as never).read()).statusCode).toBe(200);
    expect((await container.item(nameOf('x', null, undefined), ['x', {}, {}] as never).read()).statusCode).toBe(404);
  });

  test('finds the same before and after a split', async () => {
    const { emulator, container } = await openLevels(1);
    emulator.split('db', 'items');
    emulator.split('db', 'items');
    expect(await find(container, ['x'])).toEqual(namesUnder('x'));
    expect(await find(container, ['y', 'x'], 1)).toEqual(namesUnder('y', 'x'));
  });

  test('is written and read with all its levels', async () => {
    const { emulator, container } = await openRig({ partitionKey: DEFINITION as never });
    const item = container.item('1', ['t', 'u', 5]);
    await container.items.create({ id: '1', a: 't', b: 'u', c: 5 });
    expect((await item.read()).resource).toMatchObject({ c: 5 });
    expect((await item.replace({ id: '1', a: 't', b: 'u', c: 5, n: 1 })).statusCode).toBe(200);
    expect((await container.items.upsert({ id: '1', a: 't', b: 'u', c: 5, n: 2 })).statusCode).toBe(200);
    await expect(item.replace({ id: '1', a: 't', b: 'u', c: 6 })).rejects.toMatchObject({ code: 400, substatus: 1001 });
    const batch = await container.items.batch([{ operationType: 'Read', id: '1' }], ['t', 'u', 5]);
    expect(batch.result).toMatchObject([{ statusCode: 200, resourceBody: { n: 2 } }]);
    for (const key of ['["t"]', '["t","u"]', '[]', '["t","u",5,6]', '"t"']) {
      const headers = { 'x-ms-documentdb-partitionkey': key };
      expect((await send(emulator, { path: `${DOCS}/1`, headers })).status, key).toBe(400);
    }
    expect((await item.delete()).statusCode).toBe(204);
  });
});

describe('a value of a partition key', () => {
  test('has up to 2048 bytes', async () => {
    const { container } = await openRig();
    for (const pk of ['x'.repeat(2048), 'é'.repeat(1024)]) {
      expect((await container.items.create({ id: '1', pk })).statusCode).toBe(201);
      await expect(container.items.create({ id: '1', pk: `${pk}x` })).rejects.toMatchObject({ code: 400 });
      expect((await container.item('1', pk).read()).resource).toMatchObject({ pk });
    }
  });

  test('of version 1 counts with its first 100 characters alone for the range it is in', async () => {
    const { container } = await openRig({ ranges: 4, partitionKey: { paths: ['/pk'], version: 1 } as never });
    const long = 'x'.repeat(100);
    const ranges = new Set<unknown>();
    for (const pk of [long, `${long}y`, `${long}${'z'.repeat(200)}`]) {
      const { headers } = await container.items.create({ id: '1', pk });
      ranges.add(headers['x-ms-documentdb-partitionkeyrangeid']);
      expect((await container.item('1', pk).read()).resource).toMatchObject({ pk });
    }
    expect(ranges.size).toBe(1);
  });
});

function idsOf(text: string): string[] {
  return (JSON.parse(text).Documents as { id: string }[]).map(({ id }) => id).sort();
}
