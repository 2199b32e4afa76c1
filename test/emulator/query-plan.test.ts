import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const COUNT = 60;
const BY_BAND = [
  { path: '/band', order: 'descending' as const },
  { path: '/n', order: 'ascending' as const },
];

/**
 * Documents over four ranges. A client that merges ranges wants the keys of an order to be of one type, and this one
 * loses what it is to make distinct where that is 0.
 */
async function openFilled(): Promise<Awaited<ReturnType<typeof openRig>>> {
  const rig = await openRig({ ranges: 4, indexingPolicy: { compositeIndexes: [BY_BAND] } });
  for (let n = 0; n < COUNT; n++) {
    const half = 1 + Math.floor(n / 2);
    await rig.container.items.create({ id: `${n}`, pk: `p${n % 13}`, n, band: `b${n % 4}`, half, tags: tagsOf(n) });
  }
  return rig;
}

function tagsOf(n: number): string[] {
  return ['x', 'y', 'z'].slice(0, n % 4);
}

const N = Array.from({ length: COUNT }, (_, n) => n);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Queries with what they must find; those that say nothing about order are compared in any. */
const ORDERED: [text: string, expected: unknown[]][] = [
  ['SELECT VALUE c.n FROM c ORDER BY c.n', N],
  ['SELECT VALUE c.n FROM c ORDER BY c.n DESC', N.toReversed()],
  ['SELECT c.n AS m FROM c WHERE c.n > 50 ORDER BY c.n', N.slice(51).map((m) => ({ m }))],
  ['SELECT TOP 7 VALUE c.n FROM c ORDER BY c.n DESC', N.toReversed().slice(0, 7)],
  ['SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 13 LIMIT 9', N.slice(13, 22)],
  ['SELECT VALUE c.n FROM c ORDER BY c.band DESC, c.n', N.toSorted((a, b) => (b % 4) - (a % 4) || a - b)],
  ['SELECT DISTINCT VALUE c.half FROM c ORDER BY c.half', N.slice(1, COUNT / 2 + 1)],
  ['SELECT DISTINCT c.band FROM c ORDER BY c.band', [0, 1, 2, 3].map((n) => ({ band: `b${n}` }))],
  ['SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.n < 4 ORDER BY c.n', ['x', 'x', 'y', 'x', 'y', 'z']],
  ['SELECT VALUE COUNT(1) FROM c', [COUNT]],
  ['SELECT VALUE COUNT(1) FROM c WHERE c.n > 90', [0]],
  ['SELECT COUNT(1) AS k, MAX(c.n) AS m FROM c', [{ k: COUNT, m: COUNT - 1 }]],
  ['SELECT VALUE SUM(c.n) FROM c', [sum(N)]],
  ['SELECT VALUE AVG(c.n) FROM c', [sum(N) / COUNT]],
  ['SELECT VALUE MIN(c.n) FROM c WHERE c.n > 3', [4]],
  ['SELECT VALUE MAX(c.band) FROM c', ['b3']],
  ['SELECT VALUE COUNTIF(c.n < 10) FROM c', [10]],
  ['SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags', [sum(N.map((n) => n % 4))]],
  ['SELECT VALUE 1', [1]],
];

const UNORDERED: [text: string, expected: unknown[]][] = [
  ['SELECT VALUE c.n FROM c WHERE c.n < 9', N.slice(0, 9)],
  ['SELECT VALUE c.n FROM c WHERE c.pk = "p3"', N.filter((n) => n % 13 === 3)],
  ['SELECT VALUE c.n FROM c WHERE c.pk IN ("p3", "p4")', N.filter((n) => n % 13 === 3 || n % 13 === 4)],
  ['SELECT DISTINCT VALUE c.band FROM c', ['b0', 'b1', 'b2', 'b3']],
  ['SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags', ['x', 'y', 'z']],
  ['SELECT c.band, COUNT(1) AS k FROM c GROUP BY c.band', [0, 1, 2, 3].map((n) => ({ band: `b${n}`, k: 15 }))],
  ['SELECT VALUE c.band FROM c GROUP BY c.band', ['b0', 'b1', 'b2', 'b3']],
  ['SELECT VALUE AVG(c.n) FROM c GROUP BY c.band', [28, 29, 30, 31]],
  [
    'SELECT t, MIN(c.n) AS least FROM c JOIN t IN c.tags GROUP BY t',
    [
      { t: 'x', least: 1 },
      { t: 'y', least: 2 },
      { t: 'z', least: 3 },
    ],
  ],
];

/** How many, where it is open which. */
const COUNTED: [text: string, count: number][] = [
  ['SELECT TOP 7 * FROM c', 7],
  ['SELECT * FROM c OFFSET 5 LIMIT 9', 9],
  ['SELECT DISTINCT TOP 2 VALUE c.band FROM c', 2],
  ['SELECT TOP 3 c.band FROM c GROUP BY c.band', 3],
  ['SELECT c.band FROM c GROUP BY c.band OFFSET 1 LIMIT 2', 2],
];

async function collect(container: Container, text: string, options: object): Promise<unknown[]> {
  const iterator = container.items.query(text, options);
  const found: unknown[] = [];
  while (iterator.hasMoreResults()) found.push(...((await iterator.fetchNext()).resources ?? []));
  return found;
}

const inAnyOrder = (values: unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();

describe.each([
  ['asked of the server as a whole', {}],
  ['asked of each range by the client', { forceQueryPlan: true }],
])('a query %s', (_, mode) => {
  test.each([1, 3, 7, 100])('finds what it must, in pages of %i', async (maxItemCount) => {
    const { container } = await openFilled();
    const options = { ...mode, maxItemCount };
    for (const [text, expected] of ORDERED) expect(await collect(container, text, options), text).toEqual(expected);
    for (const [text, expected] of UNORDERED) {
      expect(inAnyOrder(await collect(container, text, options)), text).toEqual(inAnyOrder(expected));
    }
    for (const [text, count] of COUNTED) {
      const found = inAnyOrder(await collect(container, text, options));
      expect(new Set(found).size, text).toBe(count);
      expect(found.length, text).toBe(count);
    }
  });
});

describe('a plan', () => {
  async function planOf(text: string, partitionKey?: object): Promise<{ queryRanges: unknown[] }> {
    const { emulator } = await openRig({ ranges: 4, ...(partitionKey && { partitionKey: partitionKey as never }) });
    const headers = { 'x-ms-cosmos-is-query-plan-request': 'True', 'x-ms-documentdb-isquery': 'true' };
    const body = JSON.stringify({ query: text });
    const answer = await send(emulator, { method: 'POST', path: '/dbs/db/colls/items/docs', headers, body });
    expect(answer.status).toBe(200);
    return JSON.parse(answer.text);
  }

  test('covers all ranges unless the filter names partition keys', async () => {
    const everything = { min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false };
    expect((await planOf('SELECT * FROM c')).queryRanges).toEqual([everything]);
    expect((await planOf('SELECT * FROM c WHERE c.pk = "a" OR c.n = 1')).queryRanges).toEqual([everything]);
  });

  test('covers the points of the partition keys that the filter names, in order and once', async () => {
    const { queryRanges } = await planOf('SELECT * FROM c WHERE c.pk IN ("a", "b", "c", "a")');
    const points = queryRanges as { min: string; max: string; isMinInclusive: boolean; isMaxInclusive: boolean }[];
    expect(points.length).toBe(3);
    expect(points.map(({ min }) => min)).toEqual(points.map(({ min }) => min).toSorted());
    for (const { min, max, ...inclusive } of points) {
      expect(min).toMatch(/^[0-9A-F]{32}$/);
      expect(max).toBe(min);
      expect(inclusive).toEqual({ isMinInclusive: true, isMaxInclusive: true });
    }
  });

  test('covers what lies below the first levels of a partition key', async () => {
    const partitionKey = { paths: ['/tenant', '/user'], version: 2, kind: 'MultiHash' };
    const { queryRanges } = await planOf('SELECT * FROM c WHERE c.tenant = "a" AND c.n > 1', partitionKey);
    const [range] = queryRanges as { min: string; max: string; isMaxInclusive: boolean }[];
    expect(range).toMatchObject({ max: `${range?.min}FF`, isMaxInclusive: false });
    const point = await planOf('SELECT * FROM c WHERE c.user = "u" AND c.tenant = "a"', partitionKey);
    expect(point.queryRanges).toMatchObject([{ isMaxInclusive: true, min: expect.stringMatching(/^[0-9A-F]{64}$/) }]);
  });

  test('does not exist for what a client cannot put together, and says why', async () => {
    const { container } = await openFilled();
    const text = 'SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.band FROM c) AS x';
    expect(await collect(container, text, {})).toEqual([4]);
    await expect(collect(container, text, { forceQueryPlan: true })).rejects.toMatchObject({ code: 400 });
  });
});
