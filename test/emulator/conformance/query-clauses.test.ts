import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { describeService, type Service } from './service.ts';

const ITEMS = Array.from({ length: 30 }, (_, n) => ({
  id: String(n).padStart(2, '0'),
  pk: `key ${n % 10}`,
  n,
  letter: ['a', 'b', 'c'][n % 3],
  tags: n % 2 === 0 ? ['even', `tag ${n % 4}`] : ['odd'],
  ...(n < 20 && { some: n % 5 }),
}));

const NUMBERS = ITEMS.map(({ n }) => n);

/** What each gives over several ranges; in this order where the query gives one. */
const ORDERED: readonly (readonly [string, string, unknown[]])[] = [
  ['ORDER BY', 'SELECT VALUE c.n FROM c ORDER BY c.n', NUMBERS],
  ['ORDER BY … DESC', 'SELECT VALUE c.n FROM c WHERE c.n >= 5 ORDER BY c.n DESC', NUMBERS.slice(5).toReversed()],
  ['ORDER BY of text', 'SELECT VALUE c.id FROM c ORDER BY c.id', ITEMS.map(({ id }) => id)],
  ['TOP', 'SELECT TOP 4 VALUE c.n FROM c ORDER BY c.n DESC', [29, 28, 27, 26]],
  ['OFFSET and LIMIT', 'SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 12 LIMIT 4', [12, 13, 14, 15]],
  ['DISTINCT in order', 'SELECT DISTINCT VALUE c.letter FROM c ORDER BY c.letter', ['a', 'b', 'c']],
];

const UNORDERED: readonly (readonly [string, string, unknown[]])[] = [
  ['COUNT', 'SELECT VALUE COUNT(1) FROM c', [30]],
  ['COUNT of what some have', 'SELECT VALUE COUNT(c.some) FROM c', [20]],
  ['SUM', 'SELECT VALUE SUM(c.n) FROM c', [435]],
  ['AVG', 'SELECT VALUE AVG(c.n) FROM c', [14.5]],
  ['MIN', 'SELECT VALUE MIN(c.n) FROM c WHERE c.n > 3', [4]],
  ['MAX', 'SELECT VALUE MAX(c.id) FROM c', ['29']],
  ['DISTINCT', 'SELECT DISTINCT VALUE c.letter FROM c', ['a', 'b', 'c']],
  [
    'GROUP BY',
    'SELECT c.letter, COUNT(1) AS count, SUM(c.n) AS sum FROM c GROUP BY c.letter',
    [
      { letter: 'a', count: 10, sum: 135 },
      { letter: 'b', count: 10, sum: 145 },
      { letter: 'c', count: 10, sum: 155 },
    ],
  ],
  ['JOIN', 'SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.n < 3', ['even', 'odd', 'even', 'tag 0', 'tag 2'].sort()],
  [
    'EXISTS',
    "SELECT VALUE c.n FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'tag 2')",
    [10, 14, 18, 2, 22, 26, 6],
  ],
  ['IN', 'SELECT VALUE c.n FROM c WHERE c.n IN (3, 5, 99)', [3, 5]],
  ['BETWEEN', 'SELECT VALUE c.n FROM c WHERE c.n BETWEEN 3 AND 5', [3, 4, 5]],
  ['LIKE', "SELECT VALUE c.id FROM c WHERE c.id LIKE '_7'", ['07', '17', '27']],
  ['??', 'SELECT VALUE c.some ?? "none" FROM c WHERE c.n IN (1, 25)', [1, 'none']],
  ['a condition', 'SELECT VALUE c.n < 2 ? "low" : "high" FROM c WHERE c.n IN (1, 2)', ['high', 'low']],
  ['a projection', 'SELECT c.id, {"twice": c.n * 2} AS made FROM c WHERE c.n = 4', [{ id: '04', made: { twice: 8 } }]],
  ['ARRAY_CONTAINS', 'SELECT VALUE c.n FROM c WHERE ARRAY_CONTAINS(c.tags, "tag 0") AND c.n < 10', [0, 4, 8]],
  ['IS_DEFINED', 'SELECT VALUE COUNT(1) FROM c WHERE NOT IS_DEFINED(c.some)', [10]],
];

let filled: { service: Service; container: Promise<Container> } | undefined;

/** One container for all: nothing here writes. */
function open(service: Service): Promise<Container> {
  if (filled?.service === service) return filled.container;
  filled = { service, container: fill(service) };
  return filled.container;
}

async function fill(service: Service): Promise<Container> {
  const container = await service.container();
  await Promise.all(ITEMS.map((item) => container.items.create({ ...item })));
  return container;
}

const sorted = (values: readonly unknown[]): unknown[] =>
  values.toSorted((one, two) => (JSON.stringify(one) < JSON.stringify(two) ? -1 : 1));

describeService('queries over several ranges', (service) => {
  describe.each([
    ['sent as they are', {}],
    ['sent by plan, range by range', { forceQueryPlan: true }],
  ])('%s', (_, options) => {
    test.each(ORDERED)('have %s', async (_, text, expected) => {
      const container = await open(service);
      const { resources } = await container.items.query(text, { ...options, maxItemCount: 7 }).fetchAll();
      expect(resources).toEqual(expected);
    });

    test.each(UNORDERED)('have %s', async (_, text, expected) => {
      const container = await open(service);
      const { resources } = await container.items.query(text, { ...options, maxItemCount: 7 }).fetchAll();
      expect(sorted(resources)).toEqual(sorted(expected));
    });
  });

  test('rule 11: in order come in pages that another client can go on from', async () => {
    const { id } = await open(service);
    const seen: unknown[] = [];
    let continuationToken: string | undefined;
    do {
      const { items } = service.connect().database(service.databaseId).container(id);
      const options = { maxItemCount: 7, ...(continuationToken && { continuationToken }) };
      const page = await items.query('SELECT VALUE c.n FROM c ORDER BY c.n DESC', options).fetchNext();
      seen.push(...page.resources);
      continuationToken = page.continuationToken;
      expect(Buffer.byteLength(continuationToken ?? '')).toBeLessThanOrEqual(1024);
    } while (continuationToken);
    expect(seen).toEqual(NUMBERS.toReversed());
  });

  test.each([
    ['SELECT * FROM c GROUP BY c.letter'],
    ['SELECT VALUE COUNT(1) + SUM(c.n) FROM c ORDER'],
    ['SELECT TOP -1 * FROM c'],
    ['SELECT VALUE NO_SUCH_FUNCTION(c.n) FROM c'],
  ])('that the service refuses are refused with 400: %s', async (text) => {
    const container = await open(service);
    await expect(container.items.query(text).fetchAll()).rejects.toMatchObject({
      code: 400,
      body: { code: 'BadRequest' },
    });
  });
});
