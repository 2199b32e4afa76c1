import { type Body, compileBody, refuseAggregates } from './body.ts';
import { DOCUMENT_STEPS_MAX, within } from './budget.ts';
import { parseSelect } from './parser.ts';
import { type MetricOf, outerScope, type Scope, type Slots } from './scope.ts';
import { keysOf, readStatistics, type Scoring, type Statistics, scoringOf } from './scoring.ts';
import { SqlError } from './sql-error.ts';
import { refuseOrder } from './subquery.ts';
import type { Expression, Rank, Select } from './syntax.ts';
import type { Value } from './value.ts';
import { expressionsOf, findPart, hasAggregate, isAggregateCall, partsOf } from './walk.ts';

/** A query ready to run, over one document or over many. */
export interface Query {
  readonly select: Select;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly body: Body;
  /** The query in FROM whose results are the documents of this one; absent when they are those of the container. */
  readonly inner: Query | undefined;
  /** Set for ORDER BY RANK by scores that depend on all documents. */
  readonly ranking?: RankingPlan;
  /** False for a query that has one row whatever there is, as it has no FROM. */
  readonly readsDocuments: boolean;
  /** Whether a document belongs to the result. */
  filter(document: Value): boolean;
  /** The first result that a document gives rise to by itself; `undefined` when there is none. */
  project(document: Value): Value;
  /** Slots that hold a document. */
  slots(document: Value): Slots;
  /** Whether documents are passed on without being looked into: they then need not be parsed. */
  readonly isBlind: boolean;
  /** Whether the number of documents is all that the aggregates need to know. */
  readonly countsDocuments: boolean;
  /** Whether documents are no longer looked through once there is a result: what follows may wait for the next page. */
  readonly isSettledFirst: boolean;
  /** Whether whole documents may lie inside of results, beside being results. */
  readonly nestsDocuments: boolean;
}

export interface RankingPlan {
  readonly scoring: Scoring;
  /** The query for the statistics, if the scores need any. */
  readonly statistics: Query | undefined;
  /** The query with the scores for its keys. */
  bind(statistics: Statistics): Query;
}

export interface QueryParameter {
  readonly name: string;
  readonly value: Value;
}

/** Prepares a query to be run. Throws an `SqlError` when the text or a parameter is not in order. */
export function prepareQuery(
  text: string,
  parameters: readonly QueryParameter[] = [],
  metricOf: MetricOf = () => undefined,
): Query {
  return prepareSelect(parseSelect(text), parameters, metricOf);
}

/** The same for a query that is a tree already. */
export function prepareSelect(
  select: Select,
  parameters: readonly QueryParameter[] = [],
  metricOf: MetricOf = () => undefined,
): Query {
  refuseCompositions(select);
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  const scope = outerScope(values, metricOf);
  const ready = (other: Select): Query => prepare(other, scope);
  return select.rank ? prepareRanked(select, select.rank, values, ready) : ready(select);
}

/** The query with statistics of no documents: what is wrong with it is found now, and plans need no more. */
function prepareRanked(
  select: Select,
  rank: Rank,
  parameters: ReadonlyMap<string, Value>,
  ready: (select: Select) => Query,
): Query {
  refuseAggregates(select, rank);
  const scoring = scoringOf(rank, select, parameters);
  const bind = (statistics: Statistics): Query =>
    ready({ ...select, rank: undefined, orderBy: keysOf(scoring, statistics) });
  const statistics = scoring.statistics && ready(scoring.statistics);
  return { ...bind(readStatistics(undefined)), select, ranking: { scoring, statistics, bind } };
}

function prepare(select: Select, scope: Scope): Query {
  const { inner, outer } = divide(select);
  const root = scope.nextSlot();
  const body = compileBody(outer, scope, root);
  const slots = (document: Value): Slots => {
    const filled: Slots = [];
    filled[root] = document;
    return filled;
  };
  return {
    select,
    parameters: scope.parameters,
    body,
    inner: inner && prepareInner(inner, scope),
    readsDocuments: readsDocuments(select),
    slots,
    isBlind: isBlind(select),
    countsDocuments: countsDocuments(select, body),
    isSettledFirst: inner !== undefined || body.orderBy.length > 0 || body.grouping?.isTotal === false,
    nestsDocuments: expressionsOf(select.projection).some(nestsName),
    filter: (document) => within(DOCUMENT_STEPS_MAX, () => !body.rows(slots(document), () => false)),
    project: (document) => within(DOCUMENT_STEPS_MAX, () => firstOf(body, slots(document))),
  };
}

function prepareInner(inner: Select, scope: Scope): Query {
  refuseOrder(inner);
  return prepare(inner, scope);
}

/** Takes a subquery in FROM out when it needs all documents before it has its first result. */
function divide(select: Select): { inner: Select | undefined; outer: Select } {
  const [source, ...joins] = select.from;
  if (source?.over.kind !== 'subquery' || isStreaming(source.over.select)) return { inner: undefined, outer: select };
  const { start, end, select: inner } = source.over;
  const over: Expression = { kind: 'name', name: 'root', start, end };
  return { inner, outer: { ...select, from: [{ ...source, over }, ...joins] } };
}

/** Whether there are results for documents, and not one whatever there is. */
export function readsDocuments({ from }: Select): boolean {
  const over = from[0]?.over;
  return over?.kind === 'subquery' ? readsDocuments(over.select) : over !== undefined;
}

/** Whether each document has its results independently of the others. */
export function isStreaming({ distinct, top, limit, groupBy, orderBy, rank, projection, from }: Select): boolean {
  const isOrdered = rank !== undefined || orderBy.length > 0;
  if (distinct || top || limit || groupBy.length > 0 || isOrdered || hasAggregate(projection)) return false;
  const over = from[0]?.over;
  return over?.kind !== 'subquery' || isStreaming(over.select);
}

function isBlind(select: Select): boolean {
  const { projection, distinct, groupBy, orderBy } = select;
  if (!takesDocuments(select) || distinct || groupBy.length > 0 || orderBy.length > 0) return false;
  return projection.kind === 'document' || (projection.kind === 'value' && projection.expression.kind === 'name');
}

function countsDocuments(select: Select, { grouping }: Body): boolean {
  if (!takesDocuments(select) || !grouping?.isTotal) return false;
  return grouping.aggregates.every(
    ({ name, argument }) => name === 'COUNT' && argument.kind === 'literal' && argument.value !== undefined,
  );
}

/** Whether the rows are the documents, all of them. */
function takesDocuments({ from, where }: Select): boolean {
  const [source] = from;
  return from.length === 1 && source?.over.kind === 'name' && !source.iterated && !where;
}

/** Whether an alias stands in the expression for what it is, not for something in it; or values could become many. */
function nestsName(expression: Expression): boolean {
  if (expression.kind === 'name' || expression.kind === 'subquery') return true;
  if (expression.kind === 'call' && /^MAKE(LIST|SET)$/.test(expression.name)) return true;
  if (expression.kind === 'member' && expression.of.kind === 'name') return nestsName(expression.key);
  return partsOf(expression).some(nestsName);
}

function firstOf({ rows, project }: Body, slots: Slots): Value {
  let found: Value;
  rows(slots, () => {
    found = project(slots);
    return found === undefined;
  });
  return found;
}

/** Aggregates over documents stand alone or in an object or array: parts of a result are put together elsewhere. */
function refuseCompositions({ projection }: Select): void {
  expressionsOf(projection).forEach(refuseComposition);
}

function refuseComposition(expression: Expression): void {
  if (isAggregateCall(expression)) return;
  if (expression.kind === 'array' || expression.kind === 'object') partsOf(expression).forEach(refuseComposition);
  else if (findPart(expression, isAggregateCall)) {
    const message = 'Compositions of aggregates and other expressions are not allowed.';
    throw new SqlError(message, expression, 'SC2101');
  }
}
