import type { Container, FeedOptions } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { send } from './wire.ts';

const COUNT = 30;
const QUERIES = [
  'SELECT VALUE c.n FROM c',
  'SELECT VALUE c.n FROM c WHERE c.n % 3 = 1',
  'SELECT TOP 11 VALUE c.n FROM c',
  'SELECT VALUE c.n FROM c OFFSET 4 LIMIT 9',
  'SELECT c.n, t FROM c JOIN t IN c.tags',
  'SELECT VALUE c.n FROM c ORDER BY c.band, c.n DESC',
  'SELECT VALUE c.n FROM c ORDER BY c.band OFFSET 3 LIMIT 20',
  'SELECT DISTINCT VALUE c.band FROM c',
  'SELECT DISTINCT t, c.band FROM c JOIN t IN c.tags',
  'SELECT DISTINCT VALUE c FROM c WHERE c.n % 2 = 0',
  'SELECT DISTINCT VALUE REPLICATE("long ", 20 + c.n % 5) FROM c',
  'SELECT DISTINCT VALUE SUM(c.n) FROM c',
  'SELECT c.band, SUM(c.n) AS total FROM c GROUP BY c.band',
  'SELECT VALUE COUNT(1) FROM c',
];

const BY_BAND = [
  { path: '/band', order: 'ascending' as const },
  { path: '/n', order: 'descending' as const },
];

async function openFilled(): Promise<Rig> {
  const rig = await openRig({ ranges: 4, indexingPolicy: { compositeIndexes: [BY_BAND] } });
  for (let n = 0; n < COUNT; n++) {
    const tags = ['x', 'y', 'z'].slice(0, n % 4);
    await rig.container.items.create({ id: `${n}`, pk: `p${n % 5}`, n, band: n % 7, tags });
  }
  return rig;
}

/** Every page by an iterator of its own, which has nothing but the continuation of the page before. */
async function resumed(container: Container, text: string, options: FeedOptions, bytesMax = 1024) {
  const found: unknown[] = [];
  for (let continuation: string | undefined; ; ) {
    const from = continuation === undefined ? {} : { continuationToken: continuation };
    const page = await container.items.query(text, { ...options, ...from }).fetchNext();
    found.push(...(page.resources ?? []));
    continuation = page.continuationToken;
    if (continuation === undefined || !page.hasMoreResults) return found;
    expect(Buffer.byteLength(continuation)).toBeLessThanOrEqual(bytesMax);
  }
}

describe('a query goes on where its continuation says', () => {
  test.each([1, 2, 3, 4, 5, 6, 7])('in pages of %i', async (maxItemCount) => {
    const { container } = await openFilled();
    for (const text of QUERIES) {
      const { resources } = await container.items.query(text, { maxItemCount: 1000 }).fetchAll();
      expect(resources.length, text).toBeGreaterThan(0);
      expect(await resumed(container, text, { maxItemCount }), text).toEqual(resources);
    }
  });

  test('within one partition key', async () => {
    const { container } = await openFilled();
    const options = { partitionKey: 'p2', maxItemCount: 2 };
    const found = await resumed(container, 'SELECT VALUE c.n FROM c ORDER BY c.n DESC', options);
    expect(found).toEqual([27, 22, 17, 12, 7, 2]);
    expect(await resumed(container, 'SELECT VALUE SUM(c.n) FROM c', options)).toEqual([87]);
    expect(await resumed(container, 'SELECT VALUE c.n FROM c OFFSET 1 LIMIT 3', options)).toEqual([7, 12, 17]);
  });

  test('while documents are written that it has passed or not come to', async () => {
    const { container } = await openFilled();
    const iterator = container.items.query('SELECT VALUE c.n FROM c ORDER BY c.n', { maxItemCount: 10 });
    const first = (await iterator.fetchNext()).resources;
    await container.item('3', 'p3').delete();
    await container.items.create({ id: 'early', pk: 'p1', n: -1 });
    await container.items.create({ id: 'late', pk: 'p1', n: 15.5 });
    const rest: unknown[] = [];
    while (iterator.hasMoreResults()) rest.push(...((await iterator.fetchNext()).resources ?? []));
    const numbers = Array.from({ length: COUNT }, (_, n) => n);
    expect([first, rest]).toEqual([numbers.slice(0, 10), [...numbers.slice(10, 16), 15.5, ...numbers.slice(16)]]);
  });

  test('when several are under way at once, and when a page is asked for again', async () => {
    const { container } = await openFilled();
    const texts = Array.from({ length: 7 }, (_, n) => `SELECT VALUE c.n FROM c WHERE c.n >= ${n} ORDER BY c.n`);
    const iterators = texts.map((text) => container.items.query(text, { maxItemCount: 4 }));
    const found: unknown[][] = texts.map(() => []);
    while (iterators.some((iterator) => iterator.hasMoreResults())) {
      for (const [n, iterator] of iterators.entries()) {
        if (iterator.hasMoreResults()) found[n]?.push(...((await iterator.fetchNext()).resources ?? []));
      }
    }
    expect(found).toEqual(texts.map((_, n) => Array.from({ length: COUNT - n }, (__, at) => at + n)));
    const [text = ''] = texts;
    const { continuationToken } = await container.items.query(text, { maxItemCount: 4 }).fetchNext();
    const again = (): Promise<unknown> =>
      container.items
        .query(text, { maxItemCount: 4, continuationToken })
        .fetchNext()
        .then(({ resources }) => resources);
    expect([await again(), await again()]).toEqual([
      [4, 5, 6, 7],
      [4, 5, 6, 7],
    ]);
  });

  test('after the ranges have split', async () => {
    const { emulator, container } = await openFilled();
    const iterator = container.items.query('SELECT VALUE c.n FROM c ORDER BY c.n DESC', { maxItemCount: 12 });
    const found = [...(await iterator.fetchNext()).resources];
    emulator.split('db', 'items', '1');
    while (iterator.hasMoreResults()) found.push(...((await iterator.fetchNext()).resources ?? []));
    expect(found).toEqual(Array.from({ length: COUNT }, (_, n) => COUNT - 1 - n));
  });
});

test('a page that has the last document says that there is no more', async () => {
  const { container } = await openFilled();
  for (const text of ['SELECT * FROM c', 'SELECT * FROM c ORDER BY c.n', 'SELECT c.n FROM c GROUP BY c.n']) {
    const page = await container.items.query(text, { maxItemCount: COUNT }).fetchNext();
    expect([page.resources.length, page.continuationToken], text).toEqual([COUNT, undefined]);
  }
});

describe('a client that merges ranges goes on where its own continuation says', () => {
  test.each([2, 5, 7])('in pages of %i', async (maxItemCount) => {
    const { container } = await openFilled();
    const numbers = Array.from({ length: COUNT }, (_, n) => n);
    const options = { maxItemCount, enableQueryControl: true };
    const plain = await resumed(container, 'SELECT VALUE c.n FROM c', options, 100_000);
    expect(plain.toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers);
    expect(await resumed(container, 'SELECT VALUE c.n FROM c ORDER BY c.n', options, 100_000)).toEqual(numbers);
  });
});

describe('a query that goes too far', () => {
  test.each([
    ['SELECT VALUE ARRAY(SELECT VALUE c.text FROM a IN c.list JOIN b IN c.list) FROM c', 'SC9003'],
    ['SELECT VALUE 1 FROM c JOIN x IN c.list JOIN y IN c.list JOIN z IN c.list', 'SC9002'],
    [
      'SELECT VALUE n FROM (SELECT VALUE COUNT(1) FROM c JOIN x IN c.list JOIN y IN c.list JOIN z IN c.list) AS n',
      'SC9002',
    ],
    ['SELECT VALUE x FROM c JOIN x IN c.list JOIN y IN c.list JOIN z IN c.list ORDER BY c.n', 'SC9002'],
  ])('is refused, and the server goes on: %s', async (text, code) => {
    const { container } = await openRig();
    const list = Array.from({ length: 200 }, (_, n) => n);
    await container.items.create({ id: '1', pk: 'p', text: 'x'.repeat(1000), list });
    await expect(container.items.query(text).fetchAll()).rejects.toMatchObject({
      code: 400,
      body: { message: expect.stringContaining(`"code":"${code}"`) },
    });
    await container.items.create({ id: '2', pk: 'p' });
    expect((await container.items.query('SELECT VALUE c.id FROM c').fetchAll()).resources).toEqual(['1', '2']);
  });
});

describe('each range answers for itself', () => {
  test('with what adds up to the whole', async () => {
    const { emulator } = await openFilled();
    const text = 'SELECT VALUE COUNT(1) FROM c';
    const counts = await Promise.all(
      ['0', '1', '2', '3'].map(async (range) => {
        const headers = { 'x-ms-documentdb-isquery': 'true', 'x-ms-documentdb-partitionkeyrangeid': range };
        const body = JSON.stringify({ query: text });
        const answer = await send(emulator, { method: 'POST', path: '/dbs/db/colls/items/docs', headers, body });
        return JSON.parse(answer.text).Documents[0] as number;
      }),
    );
    expect(counts.reduce((total, count) => total + count)).toBe(COUNT);
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1);
  });
});

describe('documents in a result keep every byte', () => {
  const NUMBERS = '"big":9007199254740993,"whole":1.0,"small":1e-7,"twice":"\\u0041"';

  async function textOf(query: string): Promise<string> {
    const { emulator } = await openRig({ ranges: 4 });
    const path = '/dbs/db/colls/items/docs';
    for (const id of ['a', 'b']) {
      const headers = { 'x-ms-documentdb-partitionkey': `["${id}"]` };
      await send(emulator, { method: 'POST', path, headers, body: `{"id":"${id}","pk":"${id}",${NUMBERS}}` });
    }
    const headers = { 'x-ms-documentdb-isquery': 'true' };
    return (await send(emulator, { method: 'POST', path, headers, body: JSON.stringify({ query }) })).text;
  }

  test.each([
    ['SELECT * FROM c', 2],
    ['SELECT VALUE c FROM c', 2],
    ['SELECT * FROM c WHERE c.whole = 1', 2],
    ['SELECT * FROM c ORDER BY c.id DESC', 2],
    ['SELECT TOP 1 * FROM c', 1],
    ['SELECT * FROM c OFFSET 1 LIMIT 1', 1],
    ['SELECT DISTINCT * FROM c', 2],
    ['SELECT VALUE c FROM c JOIN (SELECT VALUE 1) AS x', 2],
    ['SELECT c FROM c', 2],
    ['SELECT VALUE {d: c} FROM c', 2],
    ['SELECT c._rid, [{"item": c.id}] AS orderByItems, c AS payload FROM c WHERE (true) ORDER BY c.id', 2],
    ['SELECT VALUE MAKELIST(c) FROM c', 2],
    ['SELECT VALUE ARRAY(SELECT * FROM c) FROM c', 2],
    ['SELECT VALUE x FROM (SELECT TOP 1 * FROM c) AS x', 1],
  ])('of %s', async (query, count) => {
    expect((await textOf(query)).split(NUMBERS).length - 1).toBe(count);
  });
});
