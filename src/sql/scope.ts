import { type Place, SqlError } from './sql-error.ts';
import type { Expression } from './syntax.ts';
import type { Value } from './value.ts';

/** The values that names stand for while a query is evaluated: one slot per alias, key of a group, or aggregate. */
export type Slots = Value[];

export type Evaluate = (slots: Slots) => Value;

/** What an expression may refer to. */
export interface Scope {
  readonly parameters: ReadonlyMap<string, Value>;
  /** Slots by alias, those of the queries around among them. */
  readonly names: ReadonlyMap<string, number>;
  /** The metric of vectors at a path of documents, where that is settled. */
  readonly metricOf: MetricOf;
  /** The values of functions that have only one in a query, by name, as soon as there is a call. */
  readonly constants: Map<string, Value>;
  /** Gives out slots, all through the query and its subqueries. */
  readonly nextSlot: () => number;
  /** Set where the rows of a query have become groups. */
  readonly grouping?: Grouping;
}

export type MetricOf = (path: readonly string[]) => string | undefined;

export interface Grouping {
  /** Slots of the keys by what GROUP BY says. */
  readonly keys: ReadonlyMap<string, number>;
  /** Aliases whose rows are no longer at hand. */
  readonly gone: ReadonlySet<string>;
  /** Makes a slot for the result of an aggregate; absent where there may be none. */
  readonly aggregate?: (name: string, argument: Expression) => number;
}

export function outerScope(parameters: ReadonlyMap<string, Value>, metricOf: MetricOf): Scope {
  let slots = 0;
  return { parameters, names: new Map(), metricOf, constants: new Map(), nextSlot: () => slots++ };
}

/** The scope with one more alias, which may hide one of a query around. */
export function withName(scope: Scope, name: string | undefined, slot: number): Scope {
  if (name === undefined) return scope;
  const { grouping } = scope;
  const gone = new Set([...(grouping?.gone ?? [])].filter((other) => other !== name));
  return {
    ...scope,
    names: new Map([...scope.names, [name, slot]]),
    ...(grouping && { grouping: { ...grouping, gone } }),
  };
}

export function withoutAggregates(scope: Scope): Scope {
  if (!scope.grouping) return scope;
  const { keys, gone } = scope.grouping;
  return { ...scope, grouping: { keys, gone } };
}

export function slotOf(name: string, { names, grouping }: Scope, place: Place): number {
  if (grouping?.gone.has(name)) throw notGrouped(name, place);
  const slot = names.get(name);
  if (slot === undefined) throw new SqlError(`Identifier '${name}' could not be resolved.`, place, 'SC2001');
  return slot;
}

export function parameterOf(name: string, { parameters }: Scope, place: Place): Value {
  if (parameters.has(name)) return parameters.get(name);
  throw new SqlError(`Parameter '${name}' has no value.`, place, 'SC2016');
}

function notGrouped(name: string, place: Place): SqlError {
  const rule = 'it is not contained in either an aggregate function or the GROUP BY clause';
  return new SqlError(`Property reference '${name}' is invalid in the select list because ${rule}.`, place, 'SC2102');
}
