import { describe, expect, test } from 'vitest';
import { resultsOf } from '../../src/sql/execution.ts';
import { prepare, query, SHOP } from './shop.ts';

type Row = readonly [name: string, text: string, expected: unknown[]];

/** Shapes of queries on which other engines of this language fail, in the order of a list of them. */
const LACKING: readonly Row[] = [
  ['DISTINCT', 'SELECT DISTINCT VALUE c.kind FROM c', ['office', 'home']],
  [
    'DISTINCT of columns',
    'SELECT DISTINCT c.kind, c.price FROM c WHERE c.price = 5',
    [
      { kind: 'office', price: 5 },
      { kind: 'home', price: 5 },
    ],
  ],
  [
    'GROUP BY',
    'SELECT c.kind, COUNT(1) AS n FROM c WHERE IS_DEFINED(c.kind) GROUP BY c.kind',
    [
      { kind: 'office', n: 2 },
      { kind: 'home', n: 2 },
    ],
  ],
  ['OFFSET LIMIT', 'SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 1 LIMIT 2', ['cup', 'ink']],
  ['OFFSET LIMIT without an order', 'SELECT VALUE c.id FROM c OFFSET 3 LIMIT 9', ['mat', 'box']],
  ['LIKE', 'SELECT VALUE c.id FROM c WHERE c.id LIKE "%n%"', ['pen', 'ink']],
  ['NOT LIKE', 'SELECT VALUE c.id FROM c WHERE c.id NOT LIKE "[i-p]%"', ['cup', 'box']],
  ['LIKE ESCAPE', 'SELECT VALUE c.id FROM c WHERE c.id || "%" LIKE "p__!%" ESCAPE "!"', ['pen']],
  [
    'FROM (subquery) with DISTINCT',
    'SELECT VALUE k FROM (SELECT DISTINCT VALUE c.kind FROM c) AS k WHERE k != "home"',
    ['office'],
  ],
  [
    'ALL(subquery)',
    'SELECT VALUE ALL(SELECT VALUE t != "small" FROM t IN c.tags) FROM c',
    [false, true, true, true, true],
  ],
  ['COUNT of a DISTINCT subquery', 'SELECT VALUE COUNT(1) FROM (SELECT DISTINCT VALUE c.kind FROM c) AS k', [2]],
  ['STARTSWITH with 3 arguments', 'SELECT VALUE STARTSWITH("Abc", "aB", true)', [true]],
  [
    'CONTAINS with 3 arguments',
    'SELECT VALUE [CONTAINS("Abc", "BC", true), CONTAINS("Abc", "BC", false)]',
    [[true, false]],
  ],
  ['STRINGEQUALS', 'SELECT VALUE [STRINGEQUALS("abc", "ABC", true), StringEquals("abc", "ABC")]', [[true, false]]],
  ['IIF', 'SELECT VALUE IIF(c.sale, "sale", "full") FROM c', ['full', 'full', 'full', 'sale', 'full']],
  ['SetIntersect', 'SELECT VALUE SetIntersect([1, 2, 2], [2, 3])', [[2]]],
  ['SetUnion', 'SELECT VALUE SetUnion([1, 2], [2, 3])', [[1, 2, 3]]],
  [
    'ARRAY_CONTAINS_ANY',
    'SELECT VALUE ARRAY_CONTAINS_ANY(c.tags, "red", "small") FROM c WHERE IS_DEFINED(c.tags)',
    [true, false, false, true],
  ],
  ['ARRAY_CONTAINS_ALL', 'SELECT VALUE c.id FROM c WHERE ARRAY_CONTAINS_ALL(c.tags, "blue", "red")', ['mat']],
  ['DateTimeAdd', 'SELECT VALUE DateTimeAdd("mm", 1, "2020-07-03T00:00:00.0000000")', ['2020-08-03T00:00:00.0000000Z']],
  ['DateTimeBin', 'SELECT VALUE DateTimeBin("2021-06-28T17:24:29.2991234Z", "hh")', ['2021-06-28T17:00:00.0000000Z']],
  ['DateTimeDiff', 'SELECT VALUE DateTimeDiff("dd", "2020-01-01T23:00:00Z", "2020-01-03T01:00:00Z")', [2]],
  [
    'DateTimeFormat',
    'SELECT VALUE DateTimeFormat("2020-07-03T04:05:06.0000000Z", "yyyy/MM/dd HH:mm")',
    ['2020/07/03 04:05'],
  ],
  ['DateTimeFromParts', 'SELECT VALUE DateTimeFromParts(2020, 9, 4)', ['2020-09-04T00:00:00.0000000Z']],
  ['DateTimePart', 'SELECT VALUE DateTimePart("yyyy", "2020-07-03T00:00:00.0000000Z")', [2020]],
  ['DateTimeToTicks', 'SELECT VALUE DateTimeToTicks("1970-01-01T00:00:00.0000001Z")', [1]],
  ['DateTimeToTimestamp', 'SELECT VALUE DateTimeToTimestamp("2020-07-03T23:30:00.0000000Z")', [1_593_819_000_000]],
  ['TicksToDateTime', 'SELECT VALUE TicksToDateTime(15935544000000000)', ['2020-06-30T22:00:00.0000000Z']],
  ['TimestampToDateTime', 'SELECT VALUE TimestampToDateTime(1593819000000)', ['2020-07-03T23:30:00.0000000Z']],
  [
    'GetCurrentDateTime',
    'SELECT VALUE REGEXMATCH(GetCurrentDateTime(), "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{7}Z$")',
    [true],
  ],
  ['GetCurrentTicks', 'SELECT VALUE GetCurrentTicks() > DateTimeToTicks("2024-01-01T00:00:00Z")', [true]],
  ['GetCurrentTimestamp', 'SELECT VALUE GetCurrentTimestamp() > 1704067200000', [true]],
  [
    'the static ones',
    'SELECT VALUE [GetCurrentDateTimeStatic() > "2024", GetCurrentTicksStatic() > 0, GetCurrentTimestampStatic() > 0]',
    [[true, true, true]],
  ],
  ['StringSplit', 'SELECT VALUE StringSplit("a,b", ",")', [['a', 'b']]],
  [
    'StringTo…',
    `SELECT VALUE [StringToNumber("1.5"), StringToBoolean("true"), StringToNull("null"), StringToArray("[1]"),
      StringToObject('{"a": 1}')]`,
    [[1.5, true, null, [1], { a: 1 }]],
  ],
  ['IS_INTEGER', 'SELECT VALUE [IS_INTEGER(5), IS_INTEGER(5.5), IS_INTEGER("5")]', [[true, false, false]]],
  ['INTDIV', 'SELECT VALUE [INTDIV(7, 2), INTDIV(-7, 2)]', [[3, -3]]],
  ['NumberBin', 'SELECT VALUE NumberBin(37, 10)', [30]],
  ['ObjectToArray', 'SELECT VALUE ObjectToArray({a: 1})', [[{ k: 'a', v: 1 }]]],
  ['CHOOSE', 'SELECT VALUE CHOOSE(2, "a", "b")', ['b']],
  ['ORDER BY RANK', 'SELECT TOP 2 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.maker.name, "cora")', ['cup', 'pen']],
  [
    'ORDER BY RANK of several scores',
    'SELECT TOP 1 VALUE c.id FROM c ORDER BY RANK RRF(FullTextScore(c.id, "mat"), FullTextScore(c.tags[0], "red"))',
    ['mat'],
  ],
  [
    'ORDER BY VectorDistance',
    'SELECT TOP 2 VALUE c.id FROM c ORDER BY VectorDistance([c.price, c.stock], [5, 1])',
    ['ink', 'box'],
  ],
  ['MakeList', 'SELECT VALUE MakeList(c.id) FROM c WHERE c.price = 5', [['ink', 'cup']]],
  ['MakeSet', 'SELECT VALUE MakeSet(c.kind) FROM c', [['office', 'home']]],
];

/** Those that other engines know too. */
const COMMON: readonly Row[] = [
  ['WHERE', 'SELECT VALUE c.id FROM c WHERE c.price = 5 AND NOT (c.stock > 0)', ['ink']],
  ['IN', 'SELECT VALUE c.id FROM c WHERE c.price IN (2, "7")', ['pen', 'mat']],
  ['BETWEEN', 'SELECT VALUE c.id FROM c WHERE c.stock BETWEEN 3 AND 4', ['mat', 'box']],
  ['parameters', 'SELECT VALUE c.id FROM c WHERE c.price = @price', ['pen']],
  ['TOP', 'SELECT TOP 2 VALUE c.id FROM c', ['pen', 'ink']],
  ['JOIN', 'SELECT VALUE t FROM c JOIN t IN c.tags WHERE c.sale', ['red', 'blue', 'red']],
  ['EXISTS', 'SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE s FROM s IN c.sizes WHERE s.cm < 10)', ['cup']],
  [
    'ARRAY(subquery)',
    'SELECT VALUE ARRAY(SELECT VALUE s.name FROM s IN c.sizes) FROM c WHERE c.price = 2',
    [['s', 'm']],
  ],
  ['a scalar subquery', 'SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c WHERE c.sale', [3]],
  [
    'aggregates',
    'SELECT COUNT(1) AS n, SUM(c.stock) AS s, AVG(c.stock) AS a, MIN(c.stock) AS l, MAX(c.stock) AS h FROM c',
    [{ n: 5, s: 17, a: 4.25, l: 0, h: 10 }],
  ],
  [
    'ORDER BY of several keys',
    'SELECT VALUE c.id FROM c ORDER BY c.price DESC, c.id ASC',
    ['mat', 'cup', 'ink', 'pen', 'box'],
  ],
  ['??', 'SELECT VALUE c.nothing ?? c.id FROM c WHERE c.sale', ['mat']],
  ['? :', 'SELECT VALUE c.stock > 3 ? "many" : "few" FROM c', ['many', 'few', 'few', 'few', 'many']],
  ['||', 'SELECT VALUE c.id || "!" FROM c WHERE c.sale', ['mat!']],
  ['bit operators', 'SELECT VALUE [6 & 3, 6 | 3, 6 ^ 3, ~6, 6 << 1, 6 >> 1, -1 >>> 28]', [[2, 7, 5, -7, 12, 3, 15]]],
  ['RegexMatch', 'SELECT VALUE c.id FROM c WHERE RegexMatch(c.id, "^[M-P]", "i")', ['pen', 'mat']],
];

describe('a shape that other engines lack:', () => {
  test.each(LACKING)('%s: %s', (_, text, expected) => {
    expect(query(text)).toEqual(expected);
  });

  test('DOCUMENTID', () => {
    const documents = [{ _rid: 'AAAAAAAAAAABAAAAAAAAAA==' }, SHOP[0]];
    expect(resultsOf(prepare('SELECT VALUE DOCUMENTID(c) FROM c'), documents)).toEqual([1]);
  });
});

describe('a shape that other engines know:', () => {
  test.each(COMMON)('%s: %s', (_, text, expected) => {
    expect(query(text, { '@price': 2 })).toEqual(expected);
  });
});

describe('a shape that the service refuses too:', () => {
  test.each([
    [
      'COUNT(DISTINCT)',
      'SELECT COUNT(DISTINCT c.kind) FROM c',
      'SC1001',
      "Syntax error, incorrect syntax near 'DISTINCT'.",
    ],
    ['an alias in backticks', 'SELECT c.id AS `a b` FROM c', 'SC1001', "Syntax error, incorrect syntax near '`'."],
    [
      'GROUP BY with ORDER BY',
      'SELECT c.kind FROM c GROUP BY c.kind ORDER BY c.kind',
      'SC2077',
      "'ORDER BY' is not supported in presence of GROUP BY.",
    ],
    [
      'GROUP BY with HAVING',
      'SELECT c.kind FROM c GROUP BY c.kind HAVING COUNT(1) > 1',
      'SC1001',
      "Syntax error, incorrect syntax near 'HAVING'.",
    ],
    ['IS NULL', 'SELECT c.id FROM c WHERE c.id IS NULL', 'SC1001', "Syntax error, incorrect syntax near 'IS'."],
    [
      'a full-text score as a value',
      'SELECT VALUE FullTextScore(c.id, "a") FROM c',
      'SC2240',
      'The FullTextScore function is only allowed in the ORDER BY RANK clause.',
    ],
  ])('%s: %s', (_, text, code, message) => {
    expect(() => query(text)).toThrow(expect.objectContaining({ code, message }));
  });
});

test('user-defined functions are left out on purpose, and that is said', () => {
  expect(() => query('SELECT VALUE udf.tax(c.price) FROM c')).toThrow(/User-defined functions are not supported/);
});
