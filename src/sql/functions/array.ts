import { equals, type Value } from '../value.ts';
import { ANY_NUMBER, type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that search, cut and join arrays. */
export const ARRAY: Family = {
  ARRAY_CONCAT: ofDefined(2, ANY_NUMBER, concat),
  ARRAY_CONTAINS: { arguments: [2, 3], call: contains },
  ARRAY_CONTAINS_ALL: containsMany(false),
  ARRAY_CONTAINS_ANY: containsMany(true),
  ARRAY_LENGTH: ofDefined(1, 1, (items) => (Array.isArray(items) ? items.length : undefined)),
  ARRAY_SLICE: ofDefined(2, 3, slice),
  CHOOSE: { arguments: [2, ANY_NUMBER], call: choose },
  OBJECTTOARRAY: ofDefined(1, 3, pairs),
};

/** More than a document of 2 MiB can hold; without a limit, calls in calls double the length. */
const ITEMS_MAX = 1024 * 1024;

function concat(...arrays: Value[]): Value {
  if (!arrays.every(Array.isArray)) return undefined;
  const length = arrays.reduce((sum, items) => sum + items.length, 0);
  return length > ITEMS_MAX ? undefined : arrays.flat();
}

/** In a partial match an object is contained when an item has all its properties. */
function contains(items: Value, wanted: Value, isPartial: Value = false): Value {
  if (!Array.isArray(items) || wanted === undefined || typeof isPartial !== 'boolean') return undefined;
  return items.some((item) => equals(item, wanted) === true || (isPartial && hasAll(item, wanted)));
}

function hasAll(item: Value, wanted: Value): boolean {
  if (!isObject(item) || !isObject(wanted)) return false;
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(item, name) && equals(item[name], value));
}

function isObject(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** AND (`decisive` is false) or OR (true) of whether the array contains each of the other arguments. */
function containsMany(decisive: boolean): SqlFunction {
  return {
    arguments: [2, ANY_NUMBER],
    call: (items, ...wanted) => {
      const found = wanted.map((value) => contains(items, value));
      if (found.includes(decisive)) return decisive;
      return found.includes(undefined) ? undefined : !decisive;
    },
  };
}

/** A negative start counts from the end, and stops at the beginning. */
function slice(items: Value, start: Value, length: Value = ITEMS_MAX): Value {
  if (!Array.isArray(items) || !Number.isInteger(start) || !Number.isInteger(length)) return undefined;
  const from = (start as number) < 0 ? Math.max(items.length + (start as number), 0) : (start as number);
  return (length as number) <= 0 ? [] : items.slice(from, from + (length as number));
}

/** Counts from 1. What is not chosen does not matter, `undefined` or not. */
function choose(index: Value, ...values: Value[]): Value {
  return typeof index === 'number' ? values[index - 1] : undefined;
}

function pairs(object: Value, key: Value = 'k', value: Value = 'v'): Value {
  if (!isObject(object) || typeof key !== 'string' || typeof value !== 'string') return undefined;
  return Object.entries(object).map((entry) =>
    Object.fromEntries([
      [key, entry[0]],
      [value, entry[1]],
    ]),
  );
}
