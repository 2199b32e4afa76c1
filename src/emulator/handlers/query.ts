import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import type { Query } from '../../sql/query.ts';
import { pageCharge } from '../charge.ts';
import { type Continuation, formatContinuation, parseContinuation } from '../continuation.ts';
import { Page } from '../page.ts';
import { parseQuery } from '../query-body.ts';
import { badRequest } from '../refusal.ts';
import { json, type Reply } from '../reply.ts';
import { flag, header, maxItemCount, type Request } from '../request.ts';
import { type Target, targetOf } from '../slice.ts';
import type { Container } from '../store/container.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** A page of results, over all ranges unless the request names a part of the container. */
export function runQuery(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const query = parseQuery(request.body);
  const target = targetOf(request, container);
  const page = new Page(container.rid);
  const next = query.count
    ? countInto(page, query, container, target, parseContinuation(request.headers))
    : selectInto(page, query, container, target, limitsOf(request, query));
  const charge = pageCharge(page.bytes, page.count);
  return {
    status: STATUS.ok,
    headers: {
      ...containerHeaders(container, target.ranges, charge),
      [HEADER.itemCount]: String(page.count),
      ...(next && { [HEADER.continuation]: formatContinuation(next) }),
      ...(flag(request.headers, HEADER.populateQueryMetrics) && { [HEADER.queryMetrics]: metricsOf(page) }),
    },
    body: page.finish(),
  };
}

/** The plan that lets a client send its query as it is to each range, and put the results one after the other. */
export function planQuery(request: Request, store: Store): Reply {
  const { ranges } = ownerContainer(request, store);
  const { count, top = null } = parseQuery(request.body);
  if (count && ranges.length > 1) {
    throw badRequest('A plan to count over several ranges is not supported yet by the embedded server.');
  }
  return json(STATUS.ok, { ...PLAN, queryInfo: { ...PLAN.queryInfo, top } });
}

interface Limits extends Continuation {
  readonly items: number;
}

const PAGE_ITEMS = 100;
const PAGE_ITEMS_MAX = 1000;
/** How long to look for one page: a query that finds little must not keep other requests waiting. */
const PAGE_MS = 50;

const PLAN = {
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    distinctType: 'None',
    offset: null,
    limit: null,
    orderBy: [],
    orderByExpressions: [],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: '',
    hasSelectValue: false,
    hasNonStreamingOrderBy: false,
    dCountInfo: null,
  },
  queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
};

function limitsOf({ headers }: Request, { top }: Query): Limits {
  const from = parseContinuation(headers);
  const fallback = header(headers, HEADER.maxItemCount) === undefined ? PAGE_ITEMS : PAGE_ITEMS_MAX;
  const wanted = maxItemCount(headers, HEADER.maxItemCount, fallback);
  return { ...from, items: top === undefined ? wanted : Math.min(wanted, top - from.taken) };
}

/** Fills the page and returns where the next one starts, if there may be one. */
function selectInto(
  page: Page,
  query: Query,
  container: Container,
  { slice }: Target,
  { after: start, taken, items }: Limits,
): Continuation | undefined {
  const isLast = (): boolean => query.top !== undefined && taken + page.count >= query.top;
  const isSpent = startClock();
  let after = start;
  for (const [number, body] of container.documents.scan(slice, start)) {
    if (isLast()) return undefined;
    if (page.count >= items || isSpent()) return { after, taken: taken + page.count };
    const result = resultOf(query, body);
    if (result && !page.fits(result.length)) return { after, taken: taken + page.count };
    if (result) page.add(result);
    after = number;
  }
  return undefined;
}

/** What a document adds to the result, as JSON. One that is not looked into is passed on as it is stored. */
function resultOf({ filter, project }: Query, body: Buffer): Buffer | undefined {
  if (!filter && !project) return body;
  const document: unknown = JSON.parse(body.toString('utf8'));
  if (filter && !filter(document)) return undefined;
  if (!project) return body;
  const value = project(document);
  return value === undefined ? undefined : Buffer.from(JSON.stringify(value));
}

/** Adds the count once it is complete. Until then pages are empty, and the continuation says how many there were. */
function countInto(
  page: Page,
  { filter, count }: Query,
  container: Container,
  { slice }: Target,
  from: Continuation,
): Continuation | undefined {
  const counts = count?.counts;
  let { after, taken } = from;
  if (filter || counts) {
    const isSpent = startClock();
    for (const [number, body] of container.documents.scan(slice, after)) {
      if (isSpent()) return { after, taken };
      const document: unknown = JSON.parse(body.toString('utf8'));
      if ((!filter || filter(document)) && (!counts || counts(document))) taken++;
      after = number;
    }
  } else taken = container.documents.count(slice);
  page.add(Buffer.from(JSON.stringify(count?.result(taken))));
  return undefined;
}

/** Whether the time for a page is over, asked before each document. The first is always looked at, or no page would end. */
function startClock(): () => boolean {
  const end = performance.now() + PAGE_MS;
  let isFirst = true;
  return () => {
    const isSpent = !isFirst && performance.now() > end;
    isFirst = false;
    return isSpent;
  };
}

/** Pairs without a separator at the end: the JavaScript client refuses one. */
function metricsOf({ count, bytes }: Page): string {
  const metrics = [
    'totalExecutionTimeInMs=0.5;queryCompileTimeInMs=0.1;queryLogicalPlanBuildTimeInMs=0.0',
    'queryPhysicalPlanBuildTimeInMs=0.0;queryOptimizationTimeInMs=0.0;VMExecutionTimeInMs=0.1',
    'indexLookupTimeInMs=0.0;documentLoadTimeInMs=0.0;systemFunctionExecuteTimeInMs=0.0;userFunctionExecuteTimeInMs=0.0',
    `retrievedDocumentCount=${count};retrievedDocumentSize=${bytes}`,
    `outputDocumentCount=${count};outputDocumentSize=${bytes};writeOutputTimeInMs=0.0;indexUtilizationRatio=1.0`,
  ];
  return metrics.join(';');
}
