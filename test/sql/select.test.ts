import { describe, expect, test } from 'vitest';
import { prepare, query, SHOP } from './shop.ts';

const [PEN, INK, CUP, , BOX] = SHOP;

describe('SELECT', () => {
  test.each([
    ['SELECT * FROM c', SHOP],
    ['SELECT * FROM anything', SHOP],
    ['SELECT VALUE c FROM c WHERE c.id = "box"', [BOX]],
    ['SELECT c FROM c WHERE c.id = "ink"', [{ c: INK }]],
    ['SELECT c.id FROM c WHERE c.stock > 3', [{ id: 'pen' }, { id: 'box' }]],
    ['SELECT c.id, c.old FROM c WHERE c.price = 5', [{ id: 'ink', old: null }, { id: 'cup' }]],
    ['SELECT c.nothing FROM c WHERE c.id = "pen"', [{}]],
    ['SELECT VALUE c.nothing FROM c', []],
    ['SELECT VALUE c.stock FROM c', [10, 0, 3, 4]],
    ['SELECT c.maker.name FROM c WHERE c.id = "cup"', [{ name: 'Cora' }]],
    ['SELECT c["maker"]["name"] FROM c WHERE c.id = "cup"', [{ name: 'Cora' }]],
    ['SELECT c.maker.name AS by FROM c WHERE c.id = "cup"'.replace(' by ', ' maker '), [{ maker: 'Cora' }]],
    ['SELECT c.id name FROM c WHERE c.id = "cup"', [{ name: 'cup' }]],
    ['SELECT c.id AS "a name" FROM c WHERE c.id = "cup"', [{ 'a name': 'cup' }]],
    ['SELECT c.price * 2 FROM c WHERE c.id = "pen"', [{ $1: 4 }]],
    ['SELECT c.price * 2, c.id, c.tags[0] FROM c WHERE c.id = "pen"', [{ $1: 4, id: 'pen', $2: 'blue' }]],
    ['SELECT 1', [{ $1: 1 }]],
    ['SELECT VALUE 1', [1]],
    ['SELECT VALUE undefined', []],
    ['SELECT VALUE 1 FROM c', [1, 1, 1, 1, 1]],
    ['SELECT VALUE {id: c.id, n: [c.stock, c.nothing]} FROM c WHERE c.id = "pen"', [{ id: 'pen', n: [10] }]],
    ['select value c.id from c where c.id = "pen" and true', ['pen']],
    ['SELECT VALUE C.id FROM C', ['pen', 'ink', 'cup', 'mat', 'box']],
    ['SELECT VALUE c.ID FROM c', []],
    ['SELECT VALUE c.id -- all of it\nFROM c /* and\nmore */ WHERE c.sale', ['mat']],
    ['SELECT VALUE x.id FROM c AS x WHERE x.sale = false', ['box']],
    ['SELECT VALUE x.id FROM c x WHERE x.sale = false', ['box']],
  ])('%s', (text, expected) => {
    expect(query(text)).toEqual(expected);
  });
});

describe('WHERE keeps what is true, and nothing else:', () => {
  test.each([
    ['c.price = 5', ['ink', 'cup']],
    ['c.price != 5', ['pen', 'box']],
    ['NOT (c.price = 5)', ['pen', 'box']],
    ['c.price >= 2', ['pen', 'ink', 'cup']],
    ['c.price = "7"', ['mat']],
    ['c.price BETWEEN 1 AND 2', ['pen', 'box']],
    ['c.price IN (2, "7")', ['pen', 'mat']],
    ['c.price NOT IN (2, 5)', ['mat', 'box']],
    ['c.kind LIKE "%ice"', ['pen', 'ink']],
    ['c.kind NOT LIKE "%ice"', ['cup', 'mat']],
    ['c.sale', ['mat']],
    ['NOT c.sale', ['box']],
    ['c.old = null', ['ink']],
    ['IS_NULL(c.old)', ['ink']],
    ['c.maker = null', ['box']],
    ['IS_DEFINED(c.sale)', ['mat', 'box']],
    ['NOT IS_DEFINED(c.kind)', ['box']],
    ['c.maker.city = "Bern"', ['pen', 'ink']],
    ['c.maker = {city: "Bern", name: "Abel"}', ['pen', 'ink']],
    ['c.tags = ["blue"]', ['ink']],
    ['c.tags = []', ['cup']],
    ['c.tags[0] = "blue"', ['pen', 'ink']],
    ['c.sizes[1].cm = 14', ['pen']],
    ['c.stock', []],
    ['c.nothing = c.nothing', []],
    ['c.nothing OR c.id = "pen"', ['pen']],
    ['c.stock % 2 = 0 AND c.stock > 0', ['pen', 'box']],
    ['(c.sale ?? true) AND c.price = 5', ['ink', 'cup']],
    ['(IS_STRING(c.price) ? c.stock : c.price) = 3', ['mat']],
    ['"red" IN (c.tags[0], c.tags[1])', ['mat']],
    ['STARTSWITH(c.id, "p") OR ENDSWITH(c.id, "t")', ['pen', 'mat']],
    ['ARRAY_LENGTH(c.tags) > 1', ['pen', 'mat']],
  ])('%s', (condition, ids) => {
    expect(query(`SELECT VALUE c.id FROM c WHERE ${condition}`)).toEqual(ids);
  });
});

describe('FROM and JOIN', () => {
  test.each([
    ['SELECT * FROM c.maker', [PEN?.maker, INK?.maker, CUP?.maker, null]],
    ['SELECT * FROM c.maker.name', ['Abel', 'Abel', 'Cora']],
    ['SELECT VALUE name FROM c.maker.name', ['Abel', 'Abel', 'Cora']],
    ['SELECT VALUE n FROM c["maker"]["name"] AS n', ['Abel', 'Abel', 'Cora']],
    ['SELECT * FROM c.sizes[1]', [{ name: 'm', cm: 14 }]],
    ['SELECT * FROM t IN c.tags', ['blue', 'small', 'blue', 'red', 'blue', 'red']],
    ['SELECT VALUE s.cm FROM s IN c.sizes WHERE s.name = "m"', [14, 9]],
    ['SELECT VALUE x FROM x IN c.maker', []],
    [
      'SELECT c.id, t FROM c JOIN t IN c.tags WHERE c.id = "pen"',
      [
        { id: 'pen', t: 'blue' },
        { id: 'pen', t: 'small' },
      ],
    ],
    ['SELECT VALUE c.id FROM c JOIN t IN c.tags WHERE t = "blue"', ['pen', 'ink', 'mat']],
    ['SELECT VALUE c FROM c JOIN t IN c.tags WHERE t = "small"', [PEN]],
    ['SELECT VALUE c.id FROM c JOIN t IN c.tags JOIN s IN c.sizes', ['pen', 'pen', 'pen', 'pen']],
    ['SELECT VALUE t || s.name FROM c JOIN t IN c.tags JOIN s IN c.sizes', ['blues', 'bluem', 'smalls', 'smallm']],
    ['SELECT VALUE m.city FROM c JOIN m IN c.maker', []],
    ['SELECT VALUE m.city FROM c JOIN c.maker AS m', ['Bern', 'Bern']],
    ['SELECT VALUE maker.name FROM c JOIN c.maker WHERE c.price = 5', ['Abel', 'Cora']],
    ['SELECT VALUE s FROM c JOIN (SELECT VALUE x.cm FROM x IN c.sizes WHERE x.cm > 9) AS s', [10, 14]],
    ['SELECT VALUE s.n FROM c JOIN (SELECT COUNT(1) AS n FROM x IN c.sizes) AS s', [2, 0, 1, 0, 0]],
    ['SELECT VALUE t FROM c JOIN t IN (SELECT VALUE c.tags) WHERE c.id = "pen"', ['blue', 'small']],
    ['SELECT c.id, s AS size FROM c JOIN s IN c.sizes WHERE s.cm < 10', [{ id: 'cup', size: { name: 'm', cm: 9 } }]],
    ['SELECT VALUE x FROM (SELECT VALUE c.stock FROM c) AS x WHERE x > 3', [10, 4]],
    ['SELECT x.n FROM (SELECT c.stock AS n FROM c WHERE c.sale) x', [{ n: 3 }]],
    ['SELECT * FROM (SELECT VALUE c.kind FROM c WHERE c.stock = 0)', ['office']],
    ['SELECT VALUE t FROM (SELECT VALUE c.tags FROM c) AS x JOIN t IN x WHERE t = "red"', ['red', 'red']],
    ['SELECT VALUE t FROM t IN (SELECT VALUE c.tags FROM c) WHERE t != "blue"', ['small', 'red', 'red']],
    ['SELECT VALUE x FROM (SELECT DISTINCT VALUE c.kind FROM c) AS x', ['office', 'home']],
    ['SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags) AS x', [3]],
    ['SELECT VALUE x.n FROM (SELECT c.kind, COUNT(1) AS n FROM c GROUP BY c.kind) AS x ORDER BY x.n DESC', [2, 2, 1]],
    ['SELECT VALUE x FROM (SELECT TOP 2 VALUE c.id FROM c) AS x', ['pen', 'ink']],
    ['SELECT VALUE MAX(x) FROM (SELECT VALUE c.stock FROM c) AS x', [10]],
    ['SELECT VALUE x FROM (SELECT VALUE 1) AS x', [1]],
    ['SELECT VALUE x FROM x IN (SELECT VALUE [1, 2])', [1, 2]],
    ['SELECT VALUE COUNT(1) FROM (SELECT TOP 3 VALUE 1) AS x', [1]],
  ])('%s', (text, expected) => {
    expect(query(text)).toEqual(expected);
  });
});

describe('subqueries', () => {
  test.each([
    ['SELECT VALUE (SELECT VALUE 1)', [1]],
    ['SELECT VALUE (SELECT 1 AS one)', [{ one: 1 }]],
    ['SELECT VALUE (SELECT VALUE c.id) FROM c WHERE c.sale', ['mat']],
    ['SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c', [2, 1, 0, 3, 0]],
    ['SELECT VALUE (SELECT VALUE SUM(s.cm) FROM s IN c.sizes) FROM c WHERE IS_DEFINED(c.sizes)', [24, 9]],
    ['SELECT VALUE (SELECT VALUE MAX(s.cm) - MIN(s.cm) FROM s IN c.sizes) FROM c', [4, 0]],
    ['SELECT VALUE (SELECT VALUE t FROM t IN c.tags WHERE t = "small") FROM c', ['small']],
    ['SELECT c.id, (SELECT VALUE COUNT(1) FROM t IN c.tags) AS n FROM c WHERE c.sale', [{ id: 'mat', n: 3 }]],
    ['SELECT VALUE ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags) FROM c WHERE c.price = 5', [['BLUE'], []]],
    ['SELECT VALUE ARRAY(SELECT s.cm FROM s IN c.sizes) FROM c WHERE c.id = "pen"', [[{ cm: 10 }, { cm: 14 }]]],
    ['SELECT VALUE ARRAY(SELECT DISTINCT VALUE t FROM t IN c.tags) FROM c WHERE c.sale', [['red', 'blue']]],
    ['SELECT VALUE ARRAY(SELECT TOP 1 VALUE t FROM t IN c.tags) FROM c WHERE c.sale', [['red']]],
    ['SELECT VALUE ARRAY(SELECT VALUE t FROM t IN c.tags OFFSET 1 LIMIT 1) FROM c WHERE c.sale', [['blue']]],
    [
      'SELECT VALUE ARRAY(SELECT t, COUNT(1) AS n FROM t IN c.tags GROUP BY t) FROM c WHERE c.sale',
      [
        [
          { t: 'red', n: 2 },
          { t: 'blue', n: 1 },
        ],
      ],
    ],
    ['SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = "red")', ['mat']],
    ['SELECT VALUE c.id FROM c WHERE NOT EXISTS(SELECT VALUE t FROM t IN c.tags)', ['cup', 'box']],
    ['SELECT VALUE EXISTS(SELECT VALUE undefined)', [false]],
    ['SELECT VALUE EXISTS(SELECT VALUE false)', [true]],
    ['SELECT VALUE c.id FROM c WHERE (SELECT VALUE COUNT(1) FROM t IN c.tags) > 1', ['pen', 'mat']],
    ['SELECT VALUE c.id FROM c WHERE ALL(SELECT VALUE s.cm > 9 FROM s IN c.sizes) AND IS_DEFINED(c.sizes)', ['pen']],
    ['SELECT VALUE ALL(SELECT VALUE x FROM x IN c.none) FROM c WHERE c.sale', [true]],
    ['SELECT VALUE FIRST(SELECT VALUE t FROM t IN c.tags) FROM c', ['blue', 'blue', 'red']],
    ['SELECT VALUE LAST(SELECT VALUE t FROM t IN c.tags) FROM c', ['small', 'blue', 'red']],
    [
      'SELECT VALUE ARRAY(SELECT VALUE {t: t, n: s.name} FROM t IN c.tags JOIN s IN c.sizes WHERE s.cm > 10) FROM c WHERE c.id = "pen"',
      [
        [
          { t: 'blue', n: 'm' },
          { t: 'small', n: 'm' },
        ],
      ],
    ],
    [
      'SELECT VALUE ARRAY(SELECT VALUE ARRAY(SELECT VALUE s.cm FROM s IN c.sizes WHERE s.name != t) FROM t IN c.tags) FROM c WHERE c.id = "cup" OR c.id = "pen"',
      [
        [
          [10, 14],
          [10, 14],
        ],
        [],
      ],
    ],
    ['SELECT VALUE (SELECT VALUE c.maker.name FROM c) FROM c WHERE c.price = 5', ['Abel', 'Cora']],
    ['SELECT VALUE t FROM c JOIN t IN ARRAY(SELECT VALUE x FROM x IN c.tags)', 'SC1001'],
  ])('%s', (text, expected) => {
    if (typeof expected === 'string') expect(() => query(text)).toThrow(expect.objectContaining({ code: expected }));
    else expect(query(text)).toEqual(expected);
  });

  test('that stand for a value have no more than one', () => {
    expect(() => query('SELECT VALUE (SELECT VALUE t FROM t IN c.tags) FROM c')).toThrow(/cardinality/);
  });
});

describe('a query over a single document', () => {
  test('tells whether the document belongs to its results, and what it contributes', () => {
    const { filter, project } = prepare('SELECT c.id, t FROM c JOIN t IN c.tags WHERE t != "blue"');
    expect(SHOP.map(filter)).toEqual([true, false, false, true, false]);
    expect(SHOP.map(project)).toEqual([
      { id: 'pen', t: 'small' },
      undefined,
      undefined,
      { id: 'mat', t: 'red' },
      undefined,
    ]);
  });
});
