import { isScore } from './order-clause.ts';
import { printExpression, printSelect } from './printer.ts';
import type { Query } from './query.ts';
import { aggregateTypes, rewriteGrouped, rewriteOrdered } from './rewriting.ts';
import { NOWHERE, unsupported } from './sql-error.ts';
import type { Expression, Select } from './syntax.ts';

/** What a client that asks each range by itself must know to put the results together. */
export interface QueryInfo {
  readonly distinctType: 'None' | 'Ordered' | 'Unordered';
  readonly top: number | null;
  readonly offset: number | null;
  readonly limit: number | null;
  readonly orderBy: readonly ('Ascending' | 'Descending')[];
  readonly orderByExpressions: readonly string[];
  readonly groupByExpressions: readonly string[];
  readonly groupByAliases: readonly string[];
  readonly aggregates: readonly string[];
  readonly groupByAliasToAggregateType: Readonly<Record<string, string | null>>;
  /** What to send to each range; empty for the query as it is. */
  readonly rewrittenQuery: string;
  readonly hasSelectValue: boolean;
  /** Whether the order is one of scores: clients then hold all results until they have those of every range. */
  readonly hasNonStreamingOrderBy: boolean;
  readonly dCountInfo: null;
}

/** Of a query without groups. */
export const NO_AGGREGATES = { aggregates: [], groupByAliases: [], groupByAliasToAggregateType: {} };

/** The plan for several ranges. Throws `SqlError` for a query whose parts cannot be put together by a client. */
export function planOf({ select, inner, body }: Query): QueryInfo {
  if (inner) throw unsupported('A plan for a subquery in FROM that needs all documents', select.from[0] ?? NOWHERE);
  const { projection, orderBy, groupBy } = select;
  return {
    distinctType: distinctTypeOf(select),
    top: select.top ? body.limit : null,
    offset: select.limit ? body.offset : null,
    limit: select.limit ? body.limit : null,
    orderBy: orderBy.map(({ descending }) => (descending ? 'Descending' : 'Ascending')),
    orderByExpressions: orderBy.map(({ expression }) => printExpression(expression)),
    groupByExpressions: groupBy.map(printExpression),
    ...aggregateTypes(select, body.grouping !== undefined),
    rewrittenQuery: rewrite(select, body.offset + body.limit, body.grouping !== undefined),
    hasSelectValue: projection.kind === 'value',
    hasNonStreamingOrderBy: orderBy.some(({ expression }) => isScore(expression)),
    dCountInfo: null,
  };
}

/** The query for one range; empty when it is the query itself. */
function rewrite(select: Select, enough: number, grouped: boolean): string {
  const unlimited = { ...select, top: undefined, offset: undefined, limit: undefined };
  if (grouped) return printSelect(rewriteGrouped({ ...unlimited, distinct: false }));
  // Which results are equal is seen once they have come together: none of them may be missing.
  const limited = select.distinct || !select.limit ? select : { ...select, ...firstOf(enough, select.limit) };
  const own = select.distinct ? unlimited : limited;
  if (select.orderBy.length > 0) return printSelect(rewriteOrdered({ ...own, distinct: false }));
  return select.limit || (select.distinct && select.top) ? printSelect(own) : '';
}

/** `OFFSET 0 LIMIT enough`: what is passed over in the end may lie in any range. */
function firstOf(enough: number, { start, end }: Expression): Pick<Select, 'offset' | 'limit'> {
  const literal = (value: number): Expression => ({ kind: 'literal', value, start, end });
  return { offset: literal(0), limit: literal(enough) };
}

function distinctTypeOf({ distinct, projection, orderBy }: Select): QueryInfo['distinctType'] {
  if (!distinct) return 'None';
  const [item, ...others] = projection.kind === 'list' ? projection.items : [];
  const expression = projection.kind === 'value' ? projection.expression : item?.expression;
  const [key, ...more] = orderBy;
  if (!expression || !key || others.length > 0 || more.length > 0) return 'Unordered';
  return printExpression(expression) === printExpression(key.expression) ? 'Ordered' : 'Unordered';
}
