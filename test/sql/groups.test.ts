import { describe, expect, test } from 'vitest';
import { query } from './shop.ts';

describe('aggregates', () => {
  test.each([
    ['SELECT VALUE COUNT(1) FROM c', [5]],
    ['SELECT VALUE COUNT(c.stock) FROM c', [4]],
    ['SELECT VALUE COUNT(c.old) FROM c', [1]],
    ['SELECT VALUE COUNT(undefined) FROM c', [0]],
    ['SELECT VALUE COUNT(c) FROM c', [5]],
    ['SELECT COUNT(1) FROM c', [{ $1: 5 }]],
    ['SELECT COUNT(1) AS n, SUM(c.stock) AS total FROM c', [{ n: 5, total: 17 }]],
    ['SELECT COUNT(1), MAX(c.stock) FROM c', [{ $1: 5, $2: 10 }]],
    ['SELECT VALUE COUNT(1) FROM c WHERE c.stock > 3', [2]],
    ['SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags', [6]],
    ['SELECT VALUE COUNT(1) FROM c WHERE false', [0]],
    ['SELECT VALUE COUNTIF(c.stock > 3) FROM c', [2]],
    ['SELECT VALUE COUNTIF(c.sale) FROM c', [1]],
    ['SELECT VALUE SUM(c.stock) FROM c', [17]],
    ['SELECT VALUE SUM(c.price) FROM c', []],
    ['SELECT SUM(c.price) AS total FROM c', [{}]],
    ['SELECT VALUE SUM(c.nothing) FROM c', [0]],
    ['SELECT VALUE SUM(c.stock) FROM c WHERE false', [0]],
    ['SELECT VALUE AVG(c.stock) FROM c', [4.25]],
    ['SELECT VALUE AVG(c.price) FROM c WHERE IS_NUMBER(c.price)', [3.375]],
    ['SELECT VALUE AVG(c.price) FROM c', []],
    ['SELECT VALUE AVG(c.nothing) FROM c', []],
    ['SELECT VALUE MIN(c.stock) FROM c', [0]],
    ['SELECT VALUE MAX(c.stock) FROM c', [10]],
    ['SELECT VALUE MAX(c.id) FROM c', ['pen']],
    ['SELECT VALUE MIN(c.id) FROM c', ['box']],
    ['SELECT VALUE MAX(c.price) FROM c', ['7']],
    ['SELECT VALUE MIN(c.price) FROM c', [1.5]],
    ['SELECT VALUE MIN(c.nothing) FROM c', []],
    ['SELECT VALUE MAX(c.tags) FROM c', []],
    ['SELECT VALUE MAX(c.sale) FROM c', [true]],
    ['SELECT VALUE MIN(c.old) FROM c', [null]],
    ['SELECT VALUE MAKELIST(c.kind) FROM c', [['office', 'office', 'home', 'home']]],
    ['SELECT VALUE MAKESET(c.kind) FROM c', [['office', 'home']]],
    ['SELECT VALUE MAKESET({k: c.kind}) FROM c', [[{ k: 'office' }, { k: 'home' }, {}]]],
    ['SELECT VALUE MAKELIST(c.nothing) FROM c', [[]]],
    ['SELECT VALUE {n: COUNT(1), all: [MIN(c.stock), MAX(c.stock)]} FROM c', [{ n: 5, all: [0, 10] }]],
    ['SELECT VALUE COUNT(1)', [1]],
    ['SELECT TOP 0 VALUE COUNT(1) FROM c', []],
    ['SELECT VALUE count(1) FROM c', [5]],
    ['SELECT COUNT(1) AS n, "x" AS x FROM c', [{ n: 5, x: 'x' }]],
  ])('%s', (text, expected) => {
    expect(query(text)).toEqual(expected);
  });
});

describe('GROUP BY', () => {
  test.each([
    ['SELECT c.kind FROM c GROUP BY c.kind', [{ kind: 'office' }, { kind: 'home' }, {}]],
    ['SELECT VALUE c.kind FROM c GROUP BY c.kind', ['office', 'home']],
    [
      'SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind',
      [{ kind: 'office', n: 2 }, { kind: 'home', n: 2 }, { n: 1 }],
    ],
    ['SELECT COUNT(1) AS n FROM c GROUP BY c.price', [{ n: 1 }, { n: 2 }, { n: 1 }, { n: 1 }]],
    ['SELECT VALUE SUM(c.stock) FROM c GROUP BY c.kind', [10, 3, 4]],
    ['SELECT VALUE AVG(c.price) FROM c GROUP BY c.kind', [3.5, 1.5]],
    [
      'SELECT c.kind, c.price, COUNT(1) AS n FROM c WHERE IS_DEFINED(c.kind) GROUP BY c.kind, c.price',
      [
        { kind: 'office', price: 2, n: 1 },
        { kind: 'office', price: 5, n: 1 },
        { kind: 'home', price: 5, n: 1 },
        { kind: 'home', price: '7', n: 1 },
      ],
    ],
    [
      'SELECT t, COUNT(1) AS n FROM c JOIN t IN c.tags GROUP BY t',
      [
        { t: 'blue', n: 3 },
        { t: 'small', n: 1 },
        { t: 'red', n: 2 },
      ],
    ],
    [
      'SELECT VALUE {t: t, ids: MAKELIST(c.id)} FROM c JOIN t IN c.tags WHERE t != "blue" GROUP BY t',
      [
        { t: 'small', ids: ['pen'] },
        { t: 'red', ids: ['mat', 'mat'] },
      ],
    ],
    [
      'SELECT c.maker.name AS maker, MAX(c.price) AS most FROM c WHERE IS_DEFINED(c.maker.name) GROUP BY c.maker.name',
      [
        { maker: 'Abel', most: 5 },
        { maker: 'Cora', most: 5 },
      ],
    ],
    ['SELECT c["kind"] FROM c WHERE c.price = 5 GROUP BY c.kind', [{ kind: 'office' }, { kind: 'home' }]],
    ['SELECT UPPER(c.kind) AS k FROM c WHERE c.price = 5 GROUP BY c.kind', [{ k: 'OFFICE' }, { k: 'HOME' }]],
    ['SELECT UPPER(c.kind) AS k FROM c WHERE c.price = 5 GROUP BY UPPER(c.kind)', [{ k: 'OFFICE' }, { k: 'HOME' }]],
    [
      'SELECT c.maker FROM c GROUP BY c.maker',
      [{ maker: { name: 'Abel', city: 'Bern' } }, { maker: { name: 'Cora' } }, {}, { maker: null }],
    ],
    ['SELECT DISTINCT COUNT(1) AS n FROM c GROUP BY c.kind', [{ n: 2 }, { n: 1 }]],
    ['SELECT TOP 1 c.kind FROM c GROUP BY c.kind', [{ kind: 'office' }]],
    ['SELECT c.kind FROM c GROUP BY c.kind OFFSET 1 LIMIT 1', [{ kind: 'home' }]],
    ['SELECT c.kind FROM c WHERE false GROUP BY c.kind', []],
    ['SELECT COUNT(1) FROM c WHERE false GROUP BY c.kind', []],
    ['SELECT "x" AS x, c.kind FROM c WHERE c.sale GROUP BY c.kind', [{ x: 'x', kind: 'home' }]],
    ['SELECT (SELECT VALUE COUNT(1) FROM t IN ["a", "b"]) AS n FROM c GROUP BY c.kind', 'SC1001'],
  ])('%s', (text, expected) => {
    if (typeof expected === 'string') expect(() => query(text)).toThrow(expect.objectContaining({ code: expected }));
    else expect(query(text)).toEqual(expected);
  });
});

describe('DISTINCT', () => {
  test.each([
    ['SELECT DISTINCT c.kind FROM c', [{ kind: 'office' }, { kind: 'home' }, {}]],
    ['SELECT DISTINCT VALUE c.kind FROM c', ['office', 'home']],
    ['SELECT DISTINCT VALUE c.price FROM c', [2, 5, '7', 1.5]],
    ['SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags', ['blue', 'small', 'red']],
    ['SELECT DISTINCT VALUE c.maker FROM c', [{ name: 'Abel', city: 'Bern' }, { name: 'Cora' }, null]],
    ['SELECT DISTINCT VALUE {a: c.kind} FROM c', [{ a: 'office' }, { a: 'home' }, {}]],
    ['SELECT DISTINCT TOP 1 VALUE c.kind FROM c', ['office']],
    ['SELECT DISTINCT VALUE c.kind FROM c OFFSET 1 LIMIT 5', ['home']],
    ['SELECT DISTINCT VALUE [c.kind, c.sale] FROM c', [['office'], ['home'], ['home', true], [false]]],
    [
      'SELECT DISTINCT c.kind, c.maker.name FROM c WHERE c.price = 5',
      [
        { kind: 'office', name: 'Abel' },
        { kind: 'home', name: 'Cora' },
      ],
    ],
    ['SELECT DISTINCT VALUE 1 FROM c', [1]],
    ['SELECT DISTINCT VALUE c.kind FROM c ORDER BY c.kind', ['home', 'office']],
    ['SELECT DISTINCT VALUE c.kind FROM c ORDER BY c.kind DESC', ['office', 'home']],
    ['SELECT DISTINCT c.kind FROM c ORDER BY c.stock', [{ kind: 'home' }, { kind: 'office' }, {}]],
  ])('%s', (text, expected) => {
    expect(query(text)).toEqual(expected);
  });
});
