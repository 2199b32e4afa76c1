import { compile } from './compile.ts';
import { compileGrouping, type GroupingPlan } from './grouping.ts';
import { isScore } from './order-clause.ts';
import { compileProjection } from './projection.ts';
import { compileRows, type Rows } from './rows.ts';
import { type Evaluate, parameterOf, type Scope } from './scope.ts';
import { type Place, SqlError } from './sql-error.ts';
import type { Expression, Select } from './syntax.ts';
import type { Value } from './value.ts';
import { findPart, hasAggregate, isAggregateCall, isPath } from './walk.ts';

/** Takes one result; false to have no more. */
export type Emit = (value: Value) => boolean;

/** A `SELECT` ready to run. */
export interface Body {
  readonly rows: Rows;
  /** Set when rows become groups; `project` is then for a group. */
  readonly grouping?: GroupingPlan;
  /** `undefined` is no result. */
  readonly project: Evaluate;
  readonly distinct: boolean;
  readonly orderBy: readonly OrderKey[];
  readonly offset: number;
  readonly limit: number;
}

export interface OrderKey {
  readonly key: Evaluate;
  readonly descending: boolean;
}

/** `root` is the slot of a document of the container, for a query that is not inside of another. */
export function compileBody(select: Select, outer: Scope, root?: number): Body {
  refuseMisfits(select);
  const { rows, scope, aliases, first } = compileRows(select, outer, root);
  const isGrouped = select.groupBy.length > 0 || hasAggregate(select.projection);
  const grouped = isGrouped ? compileGrouping(select, scope, aliases) : undefined;
  return {
    rows,
    project: compileProjection(select, grouped?.scope ?? scope, first),
    ...(grouped && { grouping: grouped.plan }),
    distinct: select.distinct,
    orderBy: select.orderBy.map(({ expression, descending }) => ({ key: compile(expression, scope), descending })),
    offset: select.offset ? countOf(select.offset, scope) : 0,
    limit: limitOf(select, scope),
  };
}

/** Throws where there is an order, at its place, and rows become groups. */
export function refuseAggregates({ groupBy, projection }: Pick<Select, 'groupBy' | 'projection'>, place: Place): void {
  if (groupBy.length === 0 && !hasAggregate(projection)) return;
  if (groupBy.length > 0) throw new SqlError("'ORDER BY' is not supported in presence of GROUP BY.", place, 'SC2077');
  throw new SqlError('ORDER BY is not supported together with aggregates.', place, 'SC2077');
}

function refuseMisfits({ groupBy, orderBy, top, limit, where, projection }: Select): void {
  const [first] = orderBy;
  if (first) refuseAggregates({ groupBy, projection }, first.expression);
  const wrong = orderBy.find(({ expression }) => !isPath(expression) && !isScore(expression));
  if (wrong) {
    const message = 'Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.';
    throw new SqlError(message, wrong.expression, 'SC2206');
  }
  if (top && limit) throw new SqlError('TOP cannot be used together with OFFSET LIMIT.', limit, 'SC2062');
  const aggregate = where && findPart(where, isAggregateCall);
  if (aggregate) throw new SqlError('Aggregates are not allowed in the WHERE clause.', aggregate, 'SC2046');
}

function limitOf({ top, limit }: Select, scope: Scope): number {
  const count = top ?? limit;
  return count ? countOf(count, scope) : Number.POSITIVE_INFINITY;
}

function countOf(expression: Expression, scope: Scope): number {
  const value = expression.kind === 'parameter' ? parameterOf(expression.name, scope, expression) : literal(expression);
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  const message = 'The value of TOP, OFFSET and LIMIT must be a whole number that is not negative.';
  throw new SqlError(message, expression, 'SC2062');
}

function literal(expression: Expression): Value {
  return expression.kind === 'literal' ? expression.value : undefined;
}
