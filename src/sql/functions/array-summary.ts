import { compare, type Value } from '../value.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that make one value of an array's. Items that are `undefined` do not count. */
export const ARRAY_SUMMARY: Family = {
  ARRAY_AVG: ofNumbers((numbers) => (numbers.length === 0 ? undefined : sum(numbers) / numbers.length)),
  ARRAY_MAX: ofPrimitives((left, right) => order(left, right) > 0),
  ARRAY_MEDIAN: ofNumbers(median),
  ARRAY_MIN: ofPrimitives((left, right) => order(left, right) < 0),
  ARRAY_SUM: ofNumbers(sum),
};

function ofNumbers(call: (numbers: readonly number[]) => number | undefined): SqlFunction {
  return ofDefined(1, 1, (items) => {
    const numbers = defined(items);
    if (!numbers?.every((item) => typeof item === 'number')) return undefined;
    const result = call(numbers);
    return Number.isFinite(result) ? result : undefined;
  });
}

function ofPrimitives(isBetter: (left: Value, right: Value) => boolean): SqlFunction {
  return ofDefined(1, 1, (items) => {
    const values = defined(items);
    if (!values?.every((item) => item === null || typeof item !== 'object')) return undefined;
    return values.reduce((best, item) => (best === undefined || isBetter(item, best) ? item : best), undefined);
  });
}

function defined(items: Value): Value[] | undefined {
  return Array.isArray(items) ? items.filter((item) => item !== undefined) : undefined;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The item in the middle, or the mean of the two there. */
function median(numbers: readonly number[]): number | undefined {
  const sorted = numbers.toSorted((left, right) => left - right);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The documented order of types. */
const TYPES: readonly string[] = ['object', 'boolean', 'number', 'string'];

function order(left: Value, right: Value): number {
  return compare(left, right) ?? TYPES.indexOf(typeof left) - TYPES.indexOf(typeof right);
}
