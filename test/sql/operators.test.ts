import { describe, expect, test } from 'vitest';
import { query } from './shop.ts';

/** No value is no result. */
const NONE: unknown[] = [];

function valuesOf(expression: string): unknown[] {
  return query(`SELECT VALUE ${expression}`);
}

describe('logic has three values:', () => {
  test.each([
    ['true AND true', [true]],
    ['true AND false', [false]],
    ['true AND undefined', NONE],
    ['false AND true', [false]],
    ['false AND false', [false]],
    ['false AND undefined', [false]],
    ['undefined AND true', NONE],
    ['undefined AND false', [false]],
    ['undefined AND undefined', NONE],
    ['true OR true', [true]],
    ['true OR false', [true]],
    ['true OR undefined', [true]],
    ['false OR true', [true]],
    ['false OR false', [false]],
    ['false OR undefined', NONE],
    ['undefined OR true', [true]],
    ['undefined OR false', NONE],
    ['undefined OR undefined', NONE],
    ['NOT true', [false]],
    ['NOT false', [true]],
    ['NOT undefined', NONE],
    ['NOT null', NONE],
    ['NOT 1', NONE],
    ['1 AND true', NONE],
    ['"x" AND false', [false]],
    ['null OR true', [true]],
    ['null OR false', NONE],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('equality is deep, and undefined across types:', () => {
  test.each([
    ['1 = 1', [true]],
    ['1 = 1.0', [true]],
    ['1 = 2', [false]],
    ['0 = -0', [true]],
    ['"a" = "a"', [true]],
    ['"a" = "A"', [false]],
    ['true = true', [true]],
    ['true = false', [false]],
    ['null = null', [true]],
    ['null != null', [false]],
    ['[1, 2] = [1, 2]', [true]],
    ['[1, 2] = [2, 1]', [false]],
    ['[1, 2] = [1]', [false]],
    ['[] = []', [true]],
    ['{a: 1, b: 2} = {b: 2, a: 1}', [true]],
    ['{a: 1} = {a: 2}', [false]],
    ['{a: 1} = {a: 1, b: 1}', [false]],
    ['{a: [1, {b: null}]} = {a: [1, {b: null}]}', [true]],
    ['[1] != [2]', [true]],
    ['{a: 1} != {a: 1}', [false]],
    ['[1] = ["1"]', [false]],
    ['1 = "1"', NONE],
    ['1 != "1"', NONE],
    ['1 = true', NONE],
    ['0 = null', NONE],
    ['"" = null', NONE],
    ['[] = {}', NONE],
    ['[1] = 1', NONE],
    ['undefined = undefined', NONE],
    ['undefined != undefined', NONE],
    ['undefined = null', NONE],
    ['1 <> 2', [true]],
    ['1 <> 1', [false]],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('order is for numbers, strings and booleans:', () => {
  test.each([
    ['1 < 2', [true]],
    ['2 < 2', [false]],
    ['2 <= 2', [true]],
    ['3 > 2', [true]],
    ['2 > 2', [false]],
    ['2 >= 3', [false]],
    ['"a" < "b"', [true]],
    ['"a" < "aa"', [true]],
    ['"" < "a"', [true]],
    ['"Z" < "a"', [true]],
    ['"a" >= "a"', [true]],
    ['"\\ue000" < "\\ud83d\\ude00"', [true]],
    ['false < true', [true]],
    ['true < true', [false]],
    ['true >= false', [true]],
    ['1 < "2"', NONE],
    ['"1" < 2', NONE],
    ['null < 1', NONE],
    ['null <= null', NONE],
    ['[1] < [2]', NONE],
    ['{} <= {}', NONE],
    ['undefined < 1', NONE],
    ['5 BETWEEN 1 AND 9', [true]],
    ['1 BETWEEN 1 AND 1', [true]],
    ['0 BETWEEN 1 AND 9', [false]],
    ['5 NOT BETWEEN 1 AND 9', [false]],
    ['0 NOT BETWEEN 1 AND 9', [true]],
    ['"b" BETWEEN "a" AND "c"', [true]],
    ['5 BETWEEN "a" AND 9', NONE],
    ['10 BETWEEN "a" AND 9', [false]],
    ['undefined BETWEEN 1 AND 2', NONE],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('IN looks for an equal value:', () => {
  test.each([
    ['1 IN (1, 2)', [true]],
    ['3 IN (1, 2)', [false]],
    ['3 NOT IN (1, 2)', [true]],
    ['1 NOT IN (1, 2)', [false]],
    ['"1" IN (1)', [false]],
    ['null IN (null)', [true]],
    ['[1] IN ([1], 2)', [true]],
    ['{a: 1} IN ({a: 1})', [true]],
    ['1 IN (1 + 0)', [true]],
    ['undefined IN (1)', NONE],
    ['undefined NOT IN (1)', NONE],
    ['1 IN (undefined)', [false]],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('LIKE matches the whole text:', () => {
  test.each([
    ['"abc" LIKE "abc"', [true]],
    ['"abc" LIKE "ab"', [false]],
    ['"abc" LIKE "a%"', [true]],
    ['"abc" LIKE "%c"', [true]],
    ['"abc" LIKE "%b%"', [true]],
    ['"abc" LIKE "%d%"', [false]],
    ['"abc" LIKE "a_c"', [true]],
    ['"abc" LIKE "a_"', [false]],
    ['"abc" LIKE "%"', [true]],
    ['"" LIKE "%"', [true]],
    ['"" LIKE "_"', [false]],
    ['"abcabc" LIKE "%bc"', [true]],
    ['"aab" LIKE "%ab%"', [true]],
    ['"ABC" LIKE "abc"', [false]],
    ['"a\\nb" LIKE "a%b"', [true]],
    ['"😀b" LIKE "_b"', [true]],
    ['"abc" LIKE "[a-c]bc"', [true]],
    ['"xbc" LIKE "[a-c]bc"', [false]],
    ['"xbc" LIKE "[^a-c]bc"', [true]],
    ['"abc" LIKE "[xa]bc"', [true]],
    ['"a.c" LIKE "a.c"', [true]],
    ['"abc" LIKE "a.c"', [false]],
    ['"50%" LIKE "50!%" ESCAPE "!"', [true]],
    ['"501" LIKE "50!%" ESCAPE "!"', [false]],
    ['"a_b" LIKE "a!_b" ESCAPE \'!\'', [true]],
    ['"axb" LIKE "a!_b" ESCAPE "!"', [false]],
    ['"abc" NOT LIKE "a%"', [false]],
    ['"abc" NOT LIKE "b%"', [true]],
    ['1 LIKE "1"', NONE],
    ['"1" LIKE 1', NONE],
    ['undefined LIKE "%"', NONE],
    ['"abc" LIKE "a" || "%"', [true]],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });

  test('takes no time with many wildcards', () => {
    const text = `"${'a'.repeat(5000)}"`;
    expect(valuesOf(`${text} LIKE "${'%a'.repeat(50)}%b"`)).toEqual([false]);
  });
});

describe('arithmetic is of doubles, and bits are of 32:', () => {
  test.each([
    ['1 + 2', [3]],
    ['1 - 2', [-1]],
    ['2 * 3', [6]],
    ['7 / 2', [3.5]],
    ['7 % 4', [3]],
    ['-7 % 4', [-3]],
    ['0.1 + 0.2', [0.1 + 0.2]],
    ['1e3', [1000]],
    ['1.5E-1', [0.15]],
    ['+5', [5]],
    ['-5', [-5]],
    ['- -5', [5]],
    ['~5', [-6]],
    ['-"5"', NONE],
    ['+"5"', NONE],
    ['~"5"', NONE],
    ['1 / 0', NONE],
    ['0 / 0', NONE],
    ['1 % 0', NONE],
    ['1e308 * 10', NONE],
    ['1 + "2"', NONE],
    ['"1" + "2"', NONE],
    ['1 + null', NONE],
    ['1 + undefined', NONE],
    ['true + 1', NONE],
    ['100 >> 2', [25]],
    ['100 << 2', [400]],
    ['100 >>> 0', [100]],
    ['-1 >>> 0', [4294967295]],
    ['-8 >> 1', [-4]],
    ['100 & 1000', [96]],
    ['100 | 1000', [1004]],
    ['100 ^ 1000', [908]],
    ['4294967297 & 3', [1]],
    ['1 & "1"', NONE],
    ['"a" || "b"', ['ab']],
    ['"a" || "b" || "c"', ['abc']],
    ['"a" || 1', NONE],
    ['"a" || undefined', NONE],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('operators bind as in the grammar of the service:', () => {
  test.each([
    ['1 + 2 * 3', [7]],
    ['(1 + 2) * 3', [9]],
    ['10 - 4 - 3', [3]],
    ['100 / 10 / 2', [5]],
    ['1 | 2 + 4', [7]],
    ['5 & 3 + 1', [2]],
    ['1 + 1 = 2', [true]],
    ['"a" || "b" = "ab"', [true]],
    ['1 < 2 = true', [true]],
    ['true OR false AND false', [true]],
    ['(true OR false) AND false', [false]],
    ['NOT false AND true', [true]],
    ['NOT (1 = 2)', [true]],
    ['NOT 1 = 2', NONE],
    ['-2 * -3', [6]],
    ['1 = 1 ? "y" : "n"', ['y']],
    ['false ? 1 : true ? 2 : 3', [2]],
    ['undefined ?? undefined ?? 3', [3]],
    ['1 IN (1) AND 2 IN (2)', [true]],
    ['true AND 5 BETWEEN 1 AND 9', [true]],
    ['1 << 2 = 4', [true]],
    ['1 + 1 << 2', [8]],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('conditions choose:', () => {
  test.each([
    ['true ? 1 : 2', [1]],
    ['false ? 1 : 2', [2]],
    ['undefined ? 1 : 2', [2]],
    ['1 ? 1 : 2', [2]],
    ['true ? undefined : 2', NONE],
    ['1 ?? 2', [1]],
    ['undefined ?? 2', [2]],
    ['null ?? 2', [null]],
    ['false ?? 2', [false]],
    ['undefined ?? undefined', NONE],
    ['{a: 1}.b ?? "none"', ['none']],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('literals and members:', () => {
  test.each([
    ['null', [null]],
    ['undefined', NONE],
    ['TRUE', [true]],
    ["'it''s'".replace("''", "\\'"), ["it's"]],
    ['"tab\\tquote\\"back\\\\slash\\/"', ['tab\tquote"back\\slash/']],
    ["'\\u0041\\ud83d\\ude00'", ['A😀']],
    ['[]', [[]]],
    ['[1, [2], {a: 3}]', [[1, [2], { a: 3 }]]],
    ['[1, undefined, 3]', [[1, 3]]],
    ['{}', [{}]],
    ['{a: 1, "b c": 2, \'d\': 3}', [{ a: 1, 'b c': 2, d: 3 }]],
    ['{a: undefined, b: 1}', [{ b: 1 }]],
    ['{order: 1}', [{ order: 1 }]],
    ['{a: {b: [1, 2]}}.a.b[1]', [2]],
    ['{a: 1}["a"]', [1]],
    ['{a: 1}["A"]', NONE],
    ['[1, 2][0]', [1]],
    ['[1, 2][2]', NONE],
    ['[1, 2][-1]', NONE],
    ['[1, 2][0.5]', NONE],
    ['[1, 2]["0"]', NONE],
    ['[1, 2]["length"]', NONE],
    ['{a: 1}[0]', NONE],
    ['"text"[0]', NONE],
    ['"text".length', NONE],
    ['null.a', NONE],
    ['undefined.a.b', NONE],
    ['{}.constructor', NONE],
    ['{}["__proto__"]', NONE],
    ['{"__proto__": 1}["__proto__"]', [1]],
    ['{a: 1}["" || "a"]', [1]],
  ])('%s', (expression, expected) => {
    expect(valuesOf(expression)).toEqual(expected);
  });
});

describe('parameters stand for values:', () => {
  test.each([
    ['@p + 1', 2, [3]],
    ['@p', null, [null]],
    ['@p = {a: [1]}', { a: [1] }, [true]],
    ['@p.a[0]', { a: [7] }, [7]],
    ['3 IN (@p, 2)', 3, [true]],
    ['"abc" LIKE @p', 'a%', [true]],
    ['@p ? 1 : 2', true, [1]],
    ['ARRAY(SELECT VALUE x * 2 FROM x IN @p)', [1], 'SC1001'],
  ])('%s', (expression, value, expected) => {
    const run = (): unknown => query(`SELECT VALUE ${expression}`, { '@p': value });
    if (typeof expected === 'string') expect(run).toThrow(expect.objectContaining({ code: expected }));
    else expect(run()).toEqual(expected);
  });
});
