import { canonical, type Value } from '../value.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that take arrays for sets: equal items count once. The time they need is linear. */
export const SET: Family = {
  SETDIFFERENCE: ofSets((left, right) => [...left].filter(([key]) => !right.has(key)).map(itemOf)),
  SETEQUAL: ofSets((left, right) => left.size === right.size && [...left.keys()].every((key) => right.has(key))),
  SETINTERSECT: ofSets((left, right) => [...right].filter(([key]) => left.has(key)).map(itemOf)),
  SETUNION: ofSets((left, right) => [...new Map([...left, ...right]).values()]),
};

type Items = ReadonlyMap<string, Value>;

function ofSets(call: (left: Items, right: Items) => Value): SqlFunction {
  return ofDefined(2, 2, (left, right) =>
    Array.isArray(left) && Array.isArray(right) ? call(itemsOf(left), itemsOf(right)) : undefined,
  );
}

function itemsOf(values: readonly Value[]): Items {
  return new Map(values.filter((value) => value !== undefined).map((value) => [canonical(value), value]));
}

function itemOf([, item]: readonly [string, Value]): Value {
  return item;
}
