import type { Value } from '../value.ts';
import type { Family, SqlFunction } from './sql-function.ts';

/** The tests of types. They are of use because they answer for `undefined` too. */
export const TYPE: Family = {
  IS_ARRAY: test(Array.isArray),
  IS_BOOL: test((value) => typeof value === 'boolean'),
  IS_DEFINED: test((value) => value !== undefined),
  IS_FINITE_NUMBER: test(Number.isFinite),
  IS_INTEGER: test(isInteger),
  IS_NULL: test((value) => value === null),
  IS_NUMBER: test((value) => typeof value === 'number'),
  IS_OBJECT: test((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  IS_PRIMITIVE: test((value) => value === null || ['boolean', 'number', 'string'].includes(typeof value)),
  IS_STRING: test((value) => typeof value === 'string'),
};

function test(call: (value: Value) => boolean): SqlFunction {
  return { arguments: [1, 1], call: (value) => call(value) };
}

/** The greatest 64-bit integer is not a double: read as one it is 2^63, which therefore counts. */
function isInteger(value: Value): boolean {
  return Number.isInteger(value) && Math.abs(value as number) <= 2 ** 63;
}
