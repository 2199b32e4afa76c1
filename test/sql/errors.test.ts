import { describe, expect, test } from 'vitest';
import { execute, resultsOf } from '../../src/sql/execution.ts';
import { failureOf, prepare, query } from './shop.ts';

describe('a query that makes no sense is refused with the place:', () => {
  test.each([
    ['', 'SC1002', 'Syntax error, unexpected end-of-file.', ''],
    ['SELECT', 'SC1002', 'Syntax error, unexpected end-of-file.', ''],
    ['SELECT * FROM', 'SC1002', 'Syntax error, unexpected end-of-file.', ''],
    ['SELEC * FROM c', 'SC1001', "Syntax error, incorrect syntax near 'SELEC'.", 'SELEC'],
    ['SELECT * FRM c', 'SC1001', "Syntax error, incorrect syntax near 'FRM'.", 'FRM'],
    ['SELECT *, c.id FROM c', 'SC1001', "Syntax error, incorrect syntax near ','.", ','],
    ['SELECT VALUE * FROM c', 'SC1001', "Syntax error, incorrect syntax near '*'.", '*'],
    ['SELECT c.id, FROM c', 'SC1001', "Syntax error, incorrect syntax near 'FROM'.", 'FROM'],
    ['SELECT c.order FROM c', 'SC1001', "Syntax error, incorrect syntax near 'order'.", 'order'],
    ['SELECT c.value FROM c', 'SC1001', "Syntax error, incorrect syntax near 'value'.", 'value'],
    ['SELECT c.1 FROM c', 'SC1001', "Syntax error, incorrect syntax near '.1'.", '.1'],
    ['SELECT * FROM c WHERE c.a == 1', 'SC1001', "Syntax error, incorrect syntax near '='.", '= 1'],
    ['SELECT * FROM c WHERE (c.a = 1', 'SC1002', 'Syntax error, unexpected end-of-file.', ''],
    ['SELECT * FROM c WHERE c.a = 1)', 'SC1001', "Syntax error, incorrect syntax near ')'.", ')'],
    ['SELECT * FROM c WHERE c.a = #', 'SC1001', "Syntax error, incorrect syntax near '#'.", '#'],
    ['SELECT * FROM c WHERE c.a = "x', 'SC1001', "Syntax error, incorrect syntax near '\"'.", '"x'],
    ['SELECT * FROM c WHERE c.a = `x`', 'SC1001', "Syntax error, incorrect syntax near '`'.", '`x`'],
    ['SELECT * FROM c WHERE c.a IN ()', 'SC1001', "Syntax error, incorrect syntax near ')'.", ')'],
    ['SELECT * FROM c WHERE c.a BETWEEN 1', 'SC1002', 'Syntax error, unexpected end-of-file.', ''],
    ['SELECT * FROM c WHERE c.a LIKE "a" ESCAPE 1', 'SC1001', "Syntax error, incorrect syntax near '1'.", '1'],
    [
      'SELECT * FROM c WHERE c.a LIKE "a" ESCAPE "ab"',
      'SC2052',
      'The ESCAPE of LIKE must be a single character.',
      'c.a LIKE',
    ],
    ['SELECT * FROM c HAVING c.a', 'SC1001', "Syntax error, incorrect syntax near 'HAVING'.", 'HAVING'],
    ['SELECT * FROM c ORDER c.a', 'SC1001', "Syntax error, incorrect syntax near 'c'.", 'c.a'],
    ['SELECT * FROM c OFFSET 1', 'SC1002', 'Syntax error, unexpected end-of-file.', ''],
    ['SELECT * FROM c LIMIT 1', 'SC1001', "Syntax error, incorrect syntax near 'LIMIT'.", 'LIMIT'],
    ['SELECT TOP -1 * FROM c', 'SC1001', "Syntax error, incorrect syntax near '-'.", '-1'],
    [
      'SELECT TOP 1.5 * FROM c',
      'SC2062',
      'The value of TOP, OFFSET and LIMIT must be a whole number that is not negative.',
      '1.5',
    ],
    ['SELECT TOP 1 * FROM c OFFSET 1 LIMIT 1', 'SC2062', 'TOP cannot be used together with OFFSET LIMIT.', '1'],
    ['SELECT * FROM c WHERE d.a = 1', 'SC2001', "Identifier 'd' could not be resolved.", 'd.a'],
    ['SELECT * FROM c WHERE C.a = 1', 'SC2001', "Identifier 'C' could not be resolved.", 'C.a'],
    ['SELECT c.id FROM c AS x', 'SC2001', "Identifier 'c' could not be resolved.", 'c.id'],
    ['SELECT c.id', 'SC2001', "Identifier 'c' could not be resolved.", 'c.id'],
    ['SELECT t FROM c JOIN t IN d.tags', 'SC2001', "Identifier 'd' could not be resolved.", 'd.tags'],
    [
      'SELECT VALUE 1 FROM c JOIN c IN c.tags',
      'SC2011',
      "The input alias 'c' is specified more than once in the FROM clause.",
      'c IN',
    ],
    ['SELECT c.id, c.maker.id FROM c', 'SC2006', "The name 'id' is given to more than one column.", 'c.maker.id'],
    ['SELECT c.id AS a, c.kind AS a FROM c', 'SC2006', "The name 'a' is given to more than one column.", 'c.kind'],
    ['SELECT *', 'SC2039', "'SELECT *' is not valid if FROM clause is omitted.", '*'],
    ['SELECT * FROM c JOIN t IN c.tags', 'SC2040', "'SELECT *' is only valid with a single input set.", '*'],
    ['SELECT * FROM c GROUP BY c.kind', 'SC2041', "'SELECT *' is not valid with GROUP BY.", '*'],
    ['SELECT NOPE(c.id) FROM c', 'SC2005', "'NOPE' is not a recognized built-in function name.", 'NOPE'],
    ['SELECT UPPER() FROM c', 'SC2050', 'The UPPER function requires 1 argument(s).', 'UPPER'],
    ['SELECT UPPER(c.id, 1) FROM c', 'SC2050', 'The UPPER function requires 1 argument(s).', 'UPPER'],
    ['SELECT CONTAINS(c.id) FROM c', 'SC2050', 'The CONTAINS function requires 2 to 3 argument(s).', 'CONTAINS'],
    ['SELECT COUNT() FROM c', 'SC2050', 'The COUNT function requires 1 argument(s).', 'COUNT'],
    ['SELECT COUNT(1, 2) FROM c', 'SC2050', 'The COUNT function requires 1 argument(s).', 'COUNT'],
    ['SELECT SUM(MAX(c.a)) FROM c', 'SC2046', "The aggregate function 'MAX' is not allowed at this place.", 'MAX'],
    ['SELECT * FROM c WHERE COUNT(1) > 1', 'SC2046', 'Aggregates are not allowed in the WHERE clause.', 'COUNT'],
    [
      'SELECT VALUE COUNT(1) + 1 FROM c',
      'SC2101',
      'Compositions of aggregates and other expressions are not allowed.',
      'COUNT',
    ],
    [
      'SELECT VALUE FLOOR(AVG(c.a)) FROM c',
      'SC2101',
      'Compositions of aggregates and other expressions are not allowed.',
      'FLOOR',
    ],
    [
      'SELECT c.kind, SUM(c.a) / COUNT(1) FROM c GROUP BY c.kind',
      'SC2101',
      'Compositions of aggregates and other expressions are not allowed.',
      'SUM',
    ],
    ['SELECT c.id FROM c GROUP BY COUNT(1)', 'SC2054', 'GROUP BY has no place for subqueries and aggregates.', 'COUNT'],
    [
      'SELECT 1 FROM c GROUP BY (SELECT VALUE 1)',
      'SC2054',
      'GROUP BY has no place for subqueries and aggregates.',
      '(SELECT',
    ],
    ['SELECT 1 FROM c GROUP BY 1', 'SC2055', 'Each expression of GROUP BY must refer to a property.', '1'],
    [
      'SELECT c.kind FROM c GROUP BY c.kind ORDER BY c.kind',
      'SC2077',
      "'ORDER BY' is not supported in presence of GROUP BY.",
      'c.kind',
    ],
    [
      'SELECT VALUE COUNT(1) FROM c ORDER BY c.id',
      'SC2077',
      'ORDER BY is not supported together with aggregates.',
      'c.id',
    ],
    [
      'SELECT * FROM c ORDER BY UPPER(c.id)',
      'SC2206',
      'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.',
      'UPPER',
    ],
    [
      'SELECT * FROM c ORDER BY 1',
      'SC2206',
      'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.',
      '1',
    ],
    [
      'SELECT * FROM c ORDER BY c',
      'SC2206',
      'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.',
      'c',
    ],
    [
      'SELECT ARRAY(SELECT VALUE t FROM t IN c.tags ORDER BY t.a) FROM c',
      'SC2079',
      'ORDER BY is not supported inside a subquery.',
      't.a',
    ],
    [
      'SELECT * FROM (SELECT TOP 1 * FROM c ORDER BY c.a) AS x',
      'SC2079',
      'ORDER BY is not supported inside a subquery.',
      'c.a',
    ],
    ['SELECT udf.f(c.id) FROM c', 'SC9001', 'User-defined functions are not supported by the embedded server.', 'udf'],
    ['SELECT * FROM c WHERE c.a = @p', 'SC2016', "Parameter '@p' has no value.", '@p'],
  ])('%s', (text, code, message, near) => {
    const failure = failureOf(text);
    expect(failure).toMatchObject({ code, message });
    // The last place where these words stand is where the error is.
    expect(failure.start).toBe(near === '' ? text.length : text.lastIndexOf(near));
    expect(failure.end).toBeGreaterThanOrEqual(failure.start);
  });

  test.each([
    ['SELECT c.kind, c.price FROM c GROUP BY c.kind'],
    ['SELECT c.id, COUNT(1) FROM c'],
    ['SELECT VALUE c FROM c GROUP BY c.kind'],
    ['SELECT (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c GROUP BY c.kind'],
  ])('%s names a property that is no longer at hand', (text) => {
    expect(failureOf(text)).toMatchObject({ code: 'SC2102', message: expect.stringContaining("'c' is invalid") });
  });
});

describe('a query that would not end is stopped:', () => {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  test.each([
    ['SELECT VALUE 1 FROM c JOIN a IN c.list JOIN b IN c.list JOIN d IN c.list', 'SC9002'],
    ['SELECT VALUE COUNT(1) FROM c JOIN a IN c.list JOIN b IN c.list JOIN d IN c.list', 'SC9002'],
    ['SELECT VALUE a FROM c JOIN a IN c.list JOIN b IN c.list JOIN d IN c.list ORDER BY c.x', 'SC9002'],
    [
      'SELECT VALUE 1 FROM c WHERE EXISTS(SELECT VALUE 1 FROM a IN c.list JOIN b IN c.list JOIN d IN c.list WHERE d < 0)',
      'SC9002',
    ],
    ['SELECT VALUE ARRAY(SELECT VALUE a FROM a IN c.list JOIN b IN c.list JOIN d IN c.list) FROM c', 'SC9002'],
    [
      'SELECT DISTINCT VALUE a FROM c JOIN a IN c.list JOIN b IN c.list WHERE c.list = c.list AND c.list = [a, b]',
      undefined,
    ],
    ['SELECT VALUE a FROM c JOIN a IN c.list JOIN b IN c.list WHERE CONTAINS(REPLICATE("a", 9999), "b")', 'SC9002'],
    ['SELECT VALUE a FROM c JOIN a IN c.list JOIN b IN c.list WHERE REGEXMATCH("aaaaaaaaaaaa", "(a|b)*c")', 'SC9002'],
    [
      `SELECT VALUE [${Array(2000).fill('REPLICATE("a", 10000)')},${Array(2000).fill('REPLICATE("a", 10000)')}] FROM c`,
      'SC9002',
    ],
  ])('%.200s', (text, code) => {
    const run = (): unknown => resultsOf(prepare(text), [{ list: numbers(300) }]);
    if (code) expect(run).toThrow(expect.objectContaining({ code }));
    else expect(run()).toEqual([]);
  });

  test('a page of distinct results after many others, which are looked through again', () => {
    const documents = numbers(100).map((n): [number, unknown] => [n + 1, { list: numbers(40) }]);
    const all = { scan: (after: number) => documents.slice(after), read: (n: number) => documents[n - 1]?.[1] };
    const distinct = prepare(
      'SELECT DISTINCT VALUE [a, b, d] FROM c JOIN a IN c.list JOIN b IN c.list JOIN d IN c.list',
    );
    const steps = execute(distinct, all, { number: 99, row: 0, passed: 64_000 });
    expect(() => [...steps]).toThrow(expect.objectContaining({ code: 'SC9002' }));
  });

  test('a list of everything', () => {
    const documents = Array.from({ length: 100_001 }, (_, n) => ({ n }));
    const run = (text: string): unknown => resultsOf(prepare(text), documents);
    expect(() => run('SELECT VALUE MAKELIST(c.n) FROM c')).toThrow(expect.objectContaining({ code: 'SC9002' }));
    expect(() => run('SELECT VALUE MAKESET(c.n) FROM c')).toThrow(expect.objectContaining({ code: 'SC9002' }));
    expect(run('SELECT VALUE ARRAY_LENGTH(x) FROM (SELECT VALUE MAKELIST(c.n) FROM c WHERE c.n > 0) AS x')).toEqual([
      100_000,
    ]);
  });

  test('a string that grows without end', () => {
    const joined = (count: number): string =>
      `SELECT VALUE LENGTH(x${' || x'.repeat(count - 1)}) FROM (SELECT VALUE "${'-'.repeat(5000)}") AS x`;
    expect(query(joined(800))).toEqual([4_000_000]);
    expect(() => query(joined(900))).toThrow(expect.objectContaining({ code: 'SC9003' }));
  });
});
