import type { Value } from '../value.ts';

/** A built-in function. It never throws: arguments of a wrong type give `undefined`. Left-out arguments are not passed. */
export interface SqlFunction {
  readonly arguments: readonly [fewest: number, most: number];
  readonly call: (...values: Value[]) => Value;
  /** Whether all calls in a query, which have no arguments, shall have the value of the first. */
  readonly once?: true;
}

/** Functions of one kind by upper-case name. */
export type Family = Readonly<Record<string, SqlFunction>>;

/** The most arguments of a function that takes any number. */
export const ANY_NUMBER = Number.POSITIVE_INFINITY;

/** A function whose value is `undefined` as soon as one of its arguments is, also one that could be left out. */
export function ofDefined(fewest: number, most: number, call: (...values: Value[]) => Value): SqlFunction {
  return {
    arguments: [fewest, most],
    call: (...values) => (values.includes(undefined) ? undefined : call(...values)),
  };
}
