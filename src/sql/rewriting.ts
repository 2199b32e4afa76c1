import { RESUME_FILTER } from './lexer.ts';
import { namesOf } from './projection.ts';
import { aliasOf } from './rows.ts';
import { NOWHERE, SqlError } from './sql-error.ts';
import type { BinaryOperator, Expression, Member, OrderItem, Projection, Select } from './syntax.ts';
import { findPart, isAggregateCall } from './walk.ts';

/** The query that gives each result with its sort keys, for a client that merges ranges. */
export function rewriteOrdered(select: Select): Select {
  const { projection, orderBy, where } = select;
  const payload = payloadOf(projection, documentOf(select));
  const resume = name(`(${RESUME_FILTER})`);
  const filter = where ? binary('AND', where, resume) : resume;
  // What is undefined is no result, but as a member of one it would only be missing.
  const defined = projection.kind === 'value' ? binary('AND', filter, call('IS_DEFINED', payload)) : filter;
  const items = orderBy.map(({ expression }) => object({ name: 'item', value: expression }));
  return {
    ...select,
    where: defined,
    projection: {
      kind: 'list',
      items: [
        { expression: stamp(select, '_rid'), alias: undefined },
        { expression: array(items), alias: 'orderByItems' },
        { expression: payload, alias: 'payload' },
      ],
    },
  };
}

/** The query that gives the results of documents that were written at `mark`, in seconds since 1970, or later. */
export function rewriteSince(select: Select, mark: Expression): Select {
  const since = binary('>=', stamp(select, '_ts'), mark);
  return { ...select, where: select.where ? binary('AND', select.where, since) : since };
}

/** The query that gives each result together with what tells the version of its document. */
export function rewriteStamped(select: Select): Select {
  const items = [
    { expression: stamp(select, '_rid'), alias: undefined },
    { expression: stamp(select, '_etag'), alias: undefined },
    { expression: stamp(select, '_ts'), alias: undefined },
    { expression: payloadOf(select.projection, documentOf(select)), alias: 'payload' },
  ];
  return { ...select, projection: { kind: 'list', items } };
}

/** The query that gives the best results by one score, with all of their scores. */
export function rewriteRanked(
  select: Select,
  key: OrderItem,
  scores: readonly Expression[],
  top: number | undefined,
): Select {
  const limits = { top: top === undefined ? undefined : number(top), offset: undefined, limit: undefined };
  const ordered = rewriteOrdered({ ...select, ...limits, rank: undefined, orderBy: [key] });
  const { projection } = ordered;
  if (projection.kind !== 'list') return ordered;
  const items = projection.items.map((item) => {
    if (item.alias !== 'payload') return item;
    const members = [
      { name: 'payload', value: item.expression },
      { name: 'componentScores', value: array(scores) },
    ];
    return { ...item, expression: object(...members) };
  });
  return { ...ordered, projection: { kind: 'list', items } };
}

/** The query that gives the groups of one range, with aggregates that can be added up. */
export function rewriteGrouped(select: Select): Select {
  const { projection, groupBy } = select;
  const payload = groupPayloadOf(projection);
  if (groupBy.length === 0 && projection.kind === 'value') {
    return { ...select, projection: { kind: 'value', expression: payload } };
  }
  const keys = groupBy.map((value) => object({ name: 'item', value }));
  const items = [
    ...(keys.length > 0 ? [{ expression: array(keys), alias: 'groupByItems' }] : []),
    { expression: payload, alias: 'payload' },
  ];
  return { ...select, projection: { kind: 'list', items } };
}

export interface AggregateTypes {
  readonly aggregates: readonly string[];
  readonly groupByAliases: readonly string[];
  readonly groupByAliasToAggregateType: Readonly<Record<string, string | null>>;
}

/** Which columns are aggregates, in the words of a plan. */
export function aggregateTypes({ projection }: Select, grouped: boolean): AggregateTypes {
  const none = { aggregates: [], groupByAliases: [], groupByAliasToAggregateType: {} };
  if (!grouped || projection.kind === 'document') return none;
  if (projection.kind === 'value') return { ...none, aggregates: [typeOf(projection.expression) ?? []].flat() };
  const names = namesOf(projection.items);
  const types = projection.items.map(({ expression }, index) => [names[index], typeOf(expression) ?? null]);
  return { ...none, groupByAliases: names, groupByAliasToAggregateType: Object.fromEntries(types) };
}

const TYPES: Readonly<Record<string, string>> = {
  AVG: 'Average',
  COUNT: 'Count',
  COUNTIF: 'CountIf',
  MAKELIST: 'MakeList',
  MAKESET: 'MakeSet',
  MAX: 'Max',
  MIN: 'Min',
  SUM: 'Sum',
};

function typeOf(expression: Expression): string | undefined {
  return isAggregateCall(expression) ? TYPES[expression.name] : undefined;
}

function stamp(select: Select, property: string): Expression {
  return member(documentOf(select), property);
}

/** The document, where the query has one by a name. */
function documentOf({ from: [source] }: Select): Expression {
  const alias = source && aliasOf(source);
  if (alias === undefined) throw new SqlError('ORDER BY needs a FROM clause with an alias.', NOWHERE, 'SC2039');
  return name(alias);
}

function payloadOf(projection: Projection, document: Expression): Expression {
  if (projection.kind === 'document') return document;
  if (projection.kind === 'value') return projection.expression;
  const names = namesOf(projection.items);
  return object(...projection.items.map(({ expression }, at) => ({ name: names[at] as string, value: expression })));
}

function groupPayloadOf(projection: Projection): Expression {
  if (projection.kind === 'document')
    throw new SqlError("'SELECT *' is not valid with GROUP BY.", projection, 'SC2041');
  if (projection.kind === 'value') {
    const { expression } = projection;
    return isAggregateCall(expression) ? array([partial(expression)]) : withoutAggregate(expression);
  }
  const names = namesOf(projection.items);
  const members = projection.items.map(({ expression }, index) => {
    const value = isAggregateCall(expression) ? partial(expression) : withoutAggregate(expression);
    return { name: names[index] as string, value };
  });
  return object(...members);
}

/** Aggregates in an object or array cannot be added up by clients. */
function withoutAggregate(expression: Expression): Expression {
  if (!findPart(expression, isAggregateCall)) return expression;
  const message = 'Compositions of aggregates and other expressions are not allowed.';
  throw new SqlError(message, expression, 'SC2101');
}

/** An aggregate of one range, in the form that clients add up. */
function partial(aggregate: Expression & { kind: 'call' }): Expression {
  const [argument = name('undefined')] = aggregate.items;
  const count = { name: 'count', value: call('COUNT', argument) };
  if (aggregate.name === 'AVG') {
    return object({ name: 'item', value: object({ name: 'sum', value: call('SUM', argument) }, count) });
  }
  const item = { name: 'item', value: aggregate };
  if (aggregate.name !== 'MIN' && aggregate.name !== 'MAX') return object(item);
  const extreme = { name: aggregate.name.toLowerCase(), value: aggregate };
  return object(item, { name: 'item2', value: object(extreme, count) });
}

function number(value: number): Expression {
  return { kind: 'literal', value, ...NOWHERE };
}

function name(text: string): Expression {
  return { kind: 'name', name: text, ...NOWHERE };
}

function member(of: Expression, key: string): Expression {
  return { kind: 'member', of, key: { kind: 'literal', value: key, ...NOWHERE }, ...NOWHERE };
}

function call(called: string, ...items: Expression[]): Expression {
  return { kind: 'call', name: called, items, ...NOWHERE };
}

function array(items: readonly Expression[]): Expression {
  return { kind: 'array', items, ...NOWHERE };
}

function object(...members: Member[]): Expression {
  return { kind: 'object', members, ...NOWHERE };
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, ...NOWHERE };
}
