import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Page, type Range } from '../../src/contract.ts';
import { assertTiles } from '../../src/pipeline/tiling.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, readAll, textOf } from '../support/changes.ts';
import { upsertText } from '../support/contents.ts';
import { openQuery, queryOf } from './query-rig.ts';
import { fill, firstPage, onlyRange } from './rig.ts';

describeSource('query for documents', () => openQuery({ ranges: 3, documents: 100 }));
describeSource('query for values', () =>
  openQuery({ ranges: 3, documents: 100, text: 'SELECT c.id, c.version + 1 AS next FROM c' }),
);

describe('results', () => {
  test('that are documents are their bytes', async () => {
    const rig = await openQuery({ ranges: 1 });
    const text = '{ "z":1.0,"id":"a","n":9007199254740993,"n":2,"pk":"x","t":"\\u00e9\\/😀","_custom":[] }';
    await upsertText(rig.emulator, 'db/items', '["x"]', text);
    for (const query of ['SELECT * FROM c', 'SELECT VALUE r FROM root r WHERE r.id = "a"']) {
      const [change] = await readAll(queryOf(rig, query));
      expect(textOf(change as never).slice(0, text.length - 1)).toBe(text.slice(0, -1));
      expect(change?.key).toBe('"a","x"');
      const { _etag, _ts } = JSON.parse(textOf(change as never));
      expect(change).toMatchObject({ kind: 'upsert', version: _etag, time: _ts });
    }
  });

  test('are what the query says, of every range and in no other', async () => {
    const rig = await openQuery({ ranges: 4, documents: 40 });
    const source = queryOf(rig, 'SELECT VALUE {"name": c.id, "n": c.version + 1} FROM c WHERE c.id < @id', {
      parameters: [{ name: '@id', value: 'item-003' }],
    });
    expect((await readAll(source)).map(textOf).sort()).toEqual([
      '{"name":"item-000","n":2}',
      '{"name":"item-001","n":2}',
      '{"name":"item-002","n":2}',
    ]);
  });

  test('that tell their document have its key, others one of their own that is the same next time', async () => {
    const rig = await openQuery({ ranges: 2, documents: 25 });
    const named = await readAll(queryOf(rig, 'SELECT c.id, c.pk FROM c'));
    expect(named.map(({ key }) => key).sort()).toEqual(rig.ids.map((id) => `"${id}","key of ${id}"`));
    for (const text of ['SELECT c.version AS id, c.pk FROM c', 'SELECT VALUE 1 FROM c', 'SELECT c.id FROM c']) {
      const keys = (await readAll(queryOf(rig, text))).map(({ key }) => key);
      expect(new Set(keys).size).toBe(25);
      for (const key of keys) expect(JSON.parse(`[${key}]`)).toBeInstanceOf(Array);
      expect((await readAll(queryOf(rig, text))).map(({ key }) => key)).toEqual(keys);
    }
  });

  test('are asked of each range alone, without a plan', async () => {
    const rig = await openQuery({ ranges: 3, documents: 10 });
    const operations: string[] = [];
    rig.intercept = ({ operation, ranges }) => {
      operations.push(`${operation} ${ranges.length}`);
      return undefined;
    };
    await readAll(rig.source);
    expect(operations.filter((operation) => /^query/.test(operation))).toEqual(Array(3).fill('query 1'));
  });
});

describe('a query that ranges cannot answer by themselves', () => {
  test.each([
    ['an order', 'SELECT c.id FROM c ORDER BY c.id DESC', ['item-024', 'item-023']],
    ['groups', 'SELECT c.version AS id, COUNT(1) AS n FROM c GROUP BY c.version', [1]],
    ['a sum', 'SELECT VALUE {"id": SUM(c.version)} FROM c', [25]],
    ['a limit', 'SELECT c.id FROM c OFFSET 1 LIMIT 1', [expect.any(String)]],
    ['no documents', 'SELECT 7 AS id', [7]],
  ])('has its results once, with %s', async (_, text, first) => {
    const rig = await openQuery({ ranges: 3, documents: 25 });
    const source = queryOf(rig, text);
    expect(await source.starts()).toEqual([{ range: EVERYTHING, resumeAt: undefined }]);
    const changes = await readAll(source);
    expect(changes.map(idOf).slice(0, first.length)).toEqual(first);
    expect(new Set(changes.map(({ key }) => key)).size).toBe(changes.length);
    expect(changes.length).toBe(text.includes('ORDER') ? 25 : 1);
  });

  test('has the bytes of what the service puts together, and the values of what it leaves to its clients', async () => {
    const rig = await openQuery({ ranges: 2 });
    const text = '{"id":"a","pk":"x","n":9007199254740993,"f":1.0';
    await upsertText(rig.emulator, 'db/items', '["x"]', `${text}}`);
    const source = queryOf(rig, 'SELECT * FROM c ORDER BY c.id');
    expect((await readAll(source)).map((change) => textOf(change).slice(0, text.length))).toEqual([text]);
    const body = { message: 'Cross partition query only supports some things' };
    rig.intercept = ({ operation, headers }) =>
      operation === 'query' && !headers['x-ms-documentdb-partitionkeyrangeid'] ? { status: 400, ...body } : undefined;
    const [change, ...others] = await readAll(source);
    expect(others).toEqual([]);
    expect(textOf(change as never)).toMatch(/"f":1[,}]/);
  });

  test('is over when it is over, and begins again from anywhere else', async () => {
    const rig = await openQuery({ ranges: 2, documents: 25 });
    const source = queryOf(rig, 'SELECT c.id FROM c ORDER BY c.id');
    const pages = await pagesOf(source, EVERYTHING);
    expect(pages.length).toBeGreaterThan(2);
    expect(await pagesOf(source, EVERYTHING, pages[0]?.resumeAt)).toHaveLength(pages.length);
    expect(await pagesOf(source, EVERYTHING, pages.at(-1)?.resumeAt)).toEqual([]);
  });

  test('does not begin again by itself when it fails between two pages', async () => {
    const rig = await openQuery({ ranges: 2, documents: 25 });
    let pages = 0;
    rig.intercept = ({ operation }) => (operation === 'query' && ++pages > 1 ? { status: 408 } : undefined);
    const source = queryOf(rig, 'SELECT c.id FROM c ORDER BY c.id');
    await expect(pagesOf(source, EVERYTHING)).rejects.toMatchObject({ code: 'source_unavailable' });
  });
});

describe('ranges that change while they are read', () => {
  test.each(['split', 'split twice', 'merge'])('lose nothing and repeat nothing: %s', async (what) => {
    const rig = await openQuery({ ranges: 2, documents: 120 });
    let requests = 0;
    rig.intercept = ({ operation }) => {
      if (operation !== 'query' || ++requests !== 5) return undefined;
      if (what === 'merge') rig.emulator.merge('db', 'items');
      else for (const _ of what.split(' ')) rig.emulator.split('db', 'items');
      return undefined;
    };
    expect((await readAll(rig.source)).map(idOf).sort()).toEqual(rig.ids);
    expect(requests).toBeGreaterThan(12);
  });

  test('are found to have changed while nobody read them', async () => {
    const rig = await openQuery({ ranges: 1, documents: 60 });
    const range = await onlyRange(rig.source);
    const first = await firstPage(rig.source, range);
    for (let split = 0; split < 3; split++) rig.emulator.split('db', 'items');
    const [page, ...others] = await pagesOf(queryOf(rig, 'SELECT * FROM c'), range, first.resumeAt);
    expect(others).toEqual([]);
    expect(page?.split).toHaveLength(4);
    assertTiles((page as Page).split?.map((successor) => successor.range) as Range[], range);
    rig.emulator.merge('db', 'items');
    const ids = first.changes.map(idOf);
    for (const { range, resumeAt } of page?.split ?? []) {
      const pages = await pagesOf(queryOf(rig, 'SELECT * FROM c'), range, resumeAt);
      ids.push(...pages.flatMap(({ changes }) => changes.map(idOf)));
    }
    expect(ids.sort()).toEqual(rig.ids);
  });
});

test('a query that is refused says so in the words that it was given', async () => {
  const rig = await openQuery({ ranges: 1, documents: 1 });
  const source = queryOf(rig, 'SELECT VALUE FOO(c) FROM c', { explain: (error) => new Error(`explained: ${error}`) });
  await expect(readAll(source)).rejects.toThrow(/explained: .*FOO/s);
});

test('a container that was created again is not read from a position in the one before', async () => {
  const rig = await openQuery({ ranges: 1, documents: 20 });
  const range = await onlyRange(rig.source);
  const { resumeAt } = await firstPage(rig.source, range);
  rig.emulator.recreate('db', 'items');
  await fill(rig, ['other']);
  await expect(firstPage(rig.source, range, resumeAt)).rejects.toMatchObject({ code: 'container_recreated' });
});
