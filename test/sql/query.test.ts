import { describe, expect, test } from 'vitest';
import { resultsOf } from '../../src/sql/execution.ts';
import { prepareQuery, type QueryParameter } from '../../src/sql/query.ts';
import { SqlError } from '../../src/sql/sql-error.ts';

const DOCUMENTS = [
  { id: '1', n: 5, s: 'Hello', a: { b: [10, 20], 'x y': true }, tags: ['p'] },
  { id: '2', n: 7, s: null, a: { b: [10, 20], 'x y': true } },
  { id: '3', n: '7', flag: false },
];

function run(text: string, parameters: QueryParameter[] = []): unknown[] {
  return JSON.parse(JSON.stringify(resultsOf(prepareQuery(text, parameters), DOCUMENTS)));
}

const idsWhere = (condition: string, parameters?: QueryParameter[]): unknown[] =>
  run(`SELECT VALUE c.id FROM c WHERE ${condition}`, parameters);

function failureOf(text: string): SqlError {
  try {
    prepareQuery(text);
  } catch (error) {
    if (error instanceof SqlError) return error;
  }
  throw new Error(`no SqlError: ${text}`);
}

describe('a query', () => {
  test.each([
    ['SELECT * FROM c', ['1', '2', '3']],
    ['select * from root r where r.n = 5', ['1']],
    ['SELECT x FROM c AS x WHERE x.id = "2"', [undefined]],
    ['SELECT TOP 2 * FROM c', ['1', '2']],
    ['SELECT TOP 0 * FROM c', []],
    ["SELECT * FROM c -- a comment\n WHERE c.id = '3'", ['3']],
  ])('%s finds its documents', (text, ids) => {
    expect(run(text).map((document) => (document as { id?: string }).id)).toEqual(ids);
  });

  test.each([
    ['c.n = 7', ['2']],
    ['c.n != 7', ['1']],
    ['c.n <> 7', ['1']],
    ['c.n > 5', ['2']],
    ['c.n >= 5 AND c.n <= 5', ['1']],
    ['NOT (c.n < 7)', ['2']],
    ['c.n BETWEEN 5 AND 6', ['1']],
    ['c.n NOT BETWEEN 5 AND 6', ['2']],
    ['c.n IN (1, 5, "7")', ['1', '3']],
    ['c.n NOT IN (5)', ['2', '3']],
    ['c.s IN (null)', ['2']],
    ['c.n IN (c.a.b[0] - 5, "7")', ['1', '3']],
    ['c.missing IN (1, undefined)', []],
    ['NOT (c.missing BETWEEN 1 AND 2)', []],
    ['NOT (c.n BETWEEN 6 AND "x")', ['1']],
    ['c.a.b[1] = 20 AND c["a"]["x y"]', ['1', '2']],
    ['c.s = null', ['2']],
    ['IS_NULL(c.s)', ['2']],
    ['IS_DEFINED(c.flag)', ['3']],
    ['NOT IS_DEFINED(c.a.b[2])', ['1', '2', '3']],
    ['c.flag = false', ['3']],
    ['c.missing = c.missing', []],
    ['c.missing != 1', []],
    ['c.missing = 1 OR c.n = 5', ['1']],
    ['c.n = 5 OR c.missing', ['1']],
    ['STARTSWITH(c.s, "He")', ['1']],
    ['STARTSWITH(c.s, "he")', []],
    ['STARTSWITH(c.s, "he", true)', ['1']],
    ['ENDSWITH(c.s, "lo")', ['1']],
    ['CONTAINS(c.s, "ell")', ['1']],
    ['c.n * 2 + 1 = 11', ['1']],
    ['c.n % 4 = 3', ['2']],
    ['c.n / 0 > 1', []],
    ['-c.n = -5', ['1']],
    ['c.n + 1 = 8', ['2']],
    ['c.tags = c.tags', ['1']],
    ['"\\u0048ello" = c.s', ['1']],
    ['TRUE', ['1', '2', '3']],
  ])('keeps documents where %s', (condition, ids) => {
    expect(idsWhere(condition)).toEqual(ids);
  });

  test('compares with parameters, objects among them', () => {
    expect(idsWhere('c.a = @a', [{ name: '@a', value: { 'x y': true, b: [10, 20] } }])).toEqual(['1', '2']);
  });

  test('finds parameters in a list, objects among them', () => {
    const parameters = [
      { name: '@a', value: { 'x y': true, b: [10, 20] } },
      { name: '@b', value: null },
      { name: '@c', value: 5 },
    ];
    expect(idsWhere('c.a IN (@a, @b)', parameters)).toEqual(['1', '2']);
    expect(idsWhere('c.n IN (@c, @b)', parameters)).toEqual(['1']);
  });

  test('takes no time to look through a list of 16,000', () => {
    const list = Array.from({ length: 16_000 }, (_, index) => index * 2 + 1).join(',');
    const { filter } = prepareQuery(`SELECT * FROM c WHERE c.n IN (${list})`);
    // One after the other, this would take longer than a test may.
    const numbers = Array.from({ length: 100_000 }, (_, index) => index * 2);
    expect(numbers.filter((n) => filter({ n }))).toEqual([]);
    expect(filter({ n: 31_999 })).toBe(true);
  });

  test('takes no time with a BETWEEN in a BETWEEN, 60 deep', () => {
    const nested = `${'('.repeat(60)}c.n${' BETWEEN 1 AND 9)'.repeat(60)}`;
    expect(idsWhere(`NOT ${nested}`)).toEqual([]);
  });

  test('orders text by code point', () => {
    expect(run('SELECT TOP 1 VALUE "\\uffff" < @p FROM c', [{ name: '@p', value: '😀' }])).toEqual([true]);
  });

  test('leaves out projected values that are undefined', () => {
    expect(run('SELECT c.id, c.tags[0] AS tag, c.n * 2 FROM c')).toEqual([
      { id: '1', tag: 'p', $1: 10 },
      { id: '2', $1: 14 },
      { id: '3' },
    ]);
    expect(run('SELECT VALUE c.tags FROM c')).toEqual([['p']]);
  });

  test('counts documents, or those for which an expression has a value', () => {
    expect(run('SELECT VALUE COUNT(1) FROM c')).toEqual([3]);
    expect(run('SELECT COUNT(1) AS n FROM c WHERE c.n = 5')).toEqual([{ n: 1 }]);
    expect(run('SELECT COUNT(c.a) FROM c')).toEqual([{ $1: 2 }]);
  });
});

describe('a query that is refused', () => {
  test.each([
    ['SELECT * FRM c', "Syntax error, incorrect syntax near 'FRM'.", 9, 12],
    ['SELECT * FROM c WHERE', 'Syntax error, unexpected end-of-file.', 21, 21],
    ['SELECT * FROM c WHERE c.a = #', "Syntax error, incorrect syntax near '#'.", 28, 29],
    ['SELECT * FROM c WHERE d.a = 1', "Identifier 'd' could not be resolved.", 22, 23],
    ['SELECT * FROM c WHERE c.a = @p', "Parameter '@p' has no value.", 28, 30],
  ])('%s says where it stops making sense', (text, message, start, end) => {
    expect(failureOf(text)).toMatchObject({ message, start, end });
  });

  test.each([
    ['parentheses', `SELECT * FROM c WHERE ${'('.repeat(50_000)}1`],
    ['signs', `SELECT * FROM c WHERE ${'- '.repeat(50_000)}1`],
    ['negations', `SELECT * FROM c WHERE ${'NOT '.repeat(50_000)}true`],
    ['operators', `SELECT * FROM c WHERE true${' AND true'.repeat(20_000)}`],
    ['members', `SELECT * FROM c WHERE c${'.a'.repeat(50_000)}`],
  ])('is one with too many %s, not the end of the stack', (_, text) => {
    expect(failureOf(text).code).toBe('SC3009');
  });
});
