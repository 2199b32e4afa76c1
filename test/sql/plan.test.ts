import { describe, expect, test } from 'vitest';
import { valuesOf } from '../../src/sql/key-filter.ts';
import { RESUME_FILTER } from '../../src/sql/lexer.ts';
import { planOf } from '../../src/sql/plan.ts';
import { prepareQuery } from '../../src/sql/query.ts';
import { prepare, query } from './shop.ts';

const PLAIN = {
  distinctType: 'None',
  top: null,
  offset: null,
  limit: null,
  orderBy: [],
  orderByExpressions: [],
  groupByExpressions: [],
  groupByAliases: [],
  aggregates: [],
  groupByAliasToAggregateType: {},
  rewrittenQuery: '',
  hasSelectValue: false,
  hasNonStreamingOrderBy: false,
  dCountInfo: null,
};

describe('the plan of a query', () => {
  test.each([
    ['SELECT * FROM c', {}],
    ['SELECT * FROM c WHERE c.a = 1', {}],
    ['SELECT VALUE c.a FROM c', { hasSelectValue: true }],
    ['SELECT TOP 3 * FROM c', { top: 3 }],
    ['SELECT * FROM c OFFSET 2 LIMIT 3', { offset: 2, limit: 3, rewrittenQuery: 'SELECT * FROM c OFFSET 0 LIMIT 5' }],
    ['SELECT DISTINCT c.a FROM c', { distinctType: 'Unordered' }],
    [
      'SELECT DISTINCT TOP 2 c.a FROM c',
      { distinctType: 'Unordered', top: 2, rewrittenQuery: 'SELECT DISTINCT c.a FROM c' },
    ],
    [
      'SELECT * FROM r ORDER BY r.a',
      {
        orderBy: ['Ascending'],
        orderByExpressions: ['r.a'],
        rewrittenQuery: `SELECT r._rid, [{"item": r.a}] AS orderByItems, r AS payload FROM r WHERE (${RESUME_FILTER}) ORDER BY r.a`,
      },
    ],
    [
      'SELECT VALUE r.a FROM r WHERE r.c = @p ORDER BY r.b DESC',
      {
        orderBy: ['Descending'],
        orderByExpressions: ['r.b'],
        hasSelectValue: true,
        rewrittenQuery: `SELECT r._rid, [{"item": r.b}] AS orderByItems, r.a AS payload FROM r WHERE ((r.c = @p) AND (${RESUME_FILTER})) AND IS_DEFINED(r.a) ORDER BY r.b DESC`,
      },
    ],
    [
      'SELECT TOP 4 r.x, r.y + 1 FROM r ORDER BY r.a, r["b c"]',
      {
        top: 4,
        orderBy: ['Ascending', 'Ascending'],
        orderByExpressions: ['r.a', 'r["b c"]'],
        rewrittenQuery: `SELECT TOP 4 r._rid, [{"item": r.a}, {"item": r["b c"]}] AS orderByItems, {"x": r.x, "$1": r.y + 1} AS payload FROM r WHERE (${RESUME_FILTER}) ORDER BY r.a, r["b c"]`,
      },
    ],
    [
      'SELECT DISTINCT VALUE c.a FROM c ORDER BY c.a OFFSET 1 LIMIT 2',
      {
        distinctType: 'Ordered',
        offset: 1,
        limit: 2,
        hasSelectValue: true,
        orderBy: ['Ascending'],
        orderByExpressions: ['c.a'],
        rewrittenQuery: `SELECT c._rid, [{"item": c.a}] AS orderByItems, c.a AS payload FROM c WHERE (${RESUME_FILTER}) AND IS_DEFINED(c.a) ORDER BY c.a`,
      },
    ],
    [
      'SELECT VALUE COUNT(1) FROM c',
      { aggregates: ['Count'], hasSelectValue: true, rewrittenQuery: 'SELECT VALUE [{"item": COUNT(1)}] FROM c' },
    ],
    [
      'SELECT VALUE AVG(c.a) FROM c WHERE c.b',
      {
        aggregates: ['Average'],
        hasSelectValue: true,
        rewrittenQuery: 'SELECT VALUE [{"item": {"sum": SUM(c.a), "count": COUNT(c.a)}}] FROM c WHERE c.b',
      },
    ],
    [
      'SELECT VALUE MAX(c.a) FROM c',
      {
        aggregates: ['Max'],
        hasSelectValue: true,
        rewrittenQuery: 'SELECT VALUE [{"item": MAX(c.a), "item2": {"max": MAX(c.a), "count": COUNT(c.a)}}] FROM c',
      },
    ],
    [
      'SELECT SUM(c.a) FROM c',
      {
        groupByAliases: ['$1'],
        groupByAliasToAggregateType: { $1: 'Sum' },
        rewrittenQuery: 'SELECT {"$1": {"item": SUM(c.a)}} AS payload FROM c',
      },
    ],
    [
      'SELECT TOP 1 c.t, COUNT(1) AS n FROM c GROUP BY c.t',
      {
        top: 1,
        groupByExpressions: ['c.t'],
        groupByAliases: ['t', 'n'],
        groupByAliasToAggregateType: { t: null, n: 'Count' },
        rewrittenQuery:
          'SELECT [{"item": c.t}] AS groupByItems, {"t": c.t, "n": {"item": COUNT(1)}} AS payload FROM c GROUP BY c.t',
      },
    ],
    [
      'SELECT VALUE MAKESET(c.a) FROM c GROUP BY c.t, c.u',
      {
        aggregates: ['MakeSet'],
        hasSelectValue: true,
        groupByExpressions: ['c.t', 'c.u'],
        rewrittenQuery:
          'SELECT [{"item": c.t}, {"item": c.u}] AS groupByItems, [{"item": MAKESET(c.a)}] AS payload FROM c GROUP BY c.t, c.u',
      },
    ],
  ])('%s', (text, expected) => {
    const plan = planOf(prepare(text, { '@p': 1 }));
    expect(plan).toEqual({ ...PLAIN, ...expected });
    // What a client sends must be a query itself.
    if (plan.rewrittenQuery) prepareQuery(plan.rewrittenQuery, [{ name: '@p', value: 1 }]);
  });

  test.each([
    ['SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.a FROM c) AS x', 'SC9001'],
    ['SELECT VALUE {n: COUNT(1)} FROM c', 'SC2101'],
    ['SELECT VALUE [COUNT(1)] FROM c GROUP BY c.a', 'SC2101'],
  ])('%s has none', (text, code) => {
    expect(() => planOf(prepare(text))).toThrow(expect.objectContaining({ code }));
  });
});

test('a rewritten query runs, whatever stands for the filter of the client', () => {
  const { rewrittenQuery } = planOf(prepare('SELECT c.id FROM c ORDER BY c.stock'));
  const first = { orderByItems: [{}], payload: { id: 'cup' } };
  expect(query(rewrittenQuery)[0]).toEqual(first);
  expect(query(rewrittenQuery.replace(RESUME_FILTER, 'true'))[0]).toEqual(first);
  const resumed = query(rewrittenQuery.replace(RESUME_FILTER, 'c.stock > 3 OR IS_STRING(c.stock)'));
  expect(resumed).toEqual([
    { orderByItems: [{ item: 4 }], payload: { id: 'box' } },
    { orderByItems: [{ item: 10 }], payload: { id: 'pen' } },
  ]);
});

describe('the filter leaves values for a partition key:', () => {
  test.each([
    ['c.pk = "a"', ['a']],
    ['"a" = c.pk', ['a']],
    ['c["pk"] = @p', [7]],
    ['c.x = 1 AND (c.y = 2 AND c.pk = null)', [null]],
    ['c.pk IN ("a", @p, true)', ['a', 7, true]],
    ['c.pk = "a" OR c.pk = "b"', undefined],
    ['c.pk NOT IN ("a")', undefined],
    ['c.pk != "a"', undefined],
    ['NOT (c.pk = "a")', undefined],
    ['c.pk = c.x', undefined],
    ['c.pk = undefined', undefined],
    ['c.pk.x = 1', undefined],
  ])('%s', (condition, expected) => {
    expect(valuesOf(prepare(`SELECT * FROM c WHERE ${condition}`, { '@p': 7 }), ['pk'])).toEqual(expected);
  });

  test('not when the document goes by another name', () => {
    expect(valuesOf(prepare('SELECT * FROM c.part AS c WHERE c.pk = 1'), ['pk'])).toBeUndefined();
    expect(valuesOf(prepare('SELECT VALUE x FROM x IN c.list WHERE x.pk = 1'), ['pk'])).toBeUndefined();
    expect(
      valuesOf(prepare('SELECT VALUE x FROM (SELECT TOP 1 * FROM c) AS x WHERE x.pk = 1'), ['pk']),
    ).toBeUndefined();
  });
});
