import { describe } from 'vitest';
import { testRows } from './functions-rows.ts';

describe('as documented:', () => {
  testRows([
    ['IS_INTEGER', [3454.123], false],
    ['IS_INTEGER', [5523432], true],
    ['IS_INTEGER', [-(2 ** 63)], true],
    ['IS_INTEGER', [Number('9223372036854775807')], true],
    ['IS_INTEGER', [Number('18446744073709551615')], false],
    ['IS_FINITE_NUMBER', [1234.567], true],
    ['IS_FINITE_NUMBER', [Number.NaN], false],
    ['IS_FINITE_NUMBER', [Number.POSITIVE_INFINITY], false],
  ]);
});

/** For each value the tests that hold; no other does. */
const HOLDING: readonly (readonly [value: unknown, ...names: string[]])[] = [
  [undefined],
  [null, 'IS_DEFINED', 'IS_NULL', 'IS_PRIMITIVE'],
  [true, 'IS_DEFINED', 'IS_BOOL', 'IS_PRIMITIVE'],
  [false, 'IS_DEFINED', 'IS_BOOL', 'IS_PRIMITIVE'],
  [0, 'IS_DEFINED', 'IS_NUMBER', 'IS_PRIMITIVE', 'IS_FINITE_NUMBER', 'IS_INTEGER'],
  [-1.5, 'IS_DEFINED', 'IS_NUMBER', 'IS_PRIMITIVE', 'IS_FINITE_NUMBER'],
  [Number.NaN, 'IS_DEFINED', 'IS_NUMBER', 'IS_PRIMITIVE'],
  ['', 'IS_DEFINED', 'IS_STRING', 'IS_PRIMITIVE'],
  ['1', 'IS_DEFINED', 'IS_STRING', 'IS_PRIMITIVE'],
  [[], 'IS_DEFINED', 'IS_ARRAY'],
  [{}, 'IS_DEFINED', 'IS_OBJECT'],
];
const TESTS = [
  ...['IS_ARRAY', 'IS_BOOL', 'IS_DEFINED', 'IS_FINITE_NUMBER', 'IS_INTEGER', 'IS_NULL', 'IS_NUMBER', 'IS_OBJECT'],
  ...['IS_PRIMITIVE', 'IS_STRING'],
];

describe('tests of types answer for every value, undefined too:', () => {
  testRows(HOLDING.flatMap(([value, ...names]) => TESTS.map((name) => [name, [value], names.includes(name)] as const)));
});
