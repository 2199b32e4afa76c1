import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import type { Step } from '../../sql/execution.ts';
import { writeResult } from '../../sql/json.ts';
import { formatPosition, type Position, parsePosition, START } from '../../sql/position.ts';
import type { Query } from '../../sql/query.ts';
import { pageCharge } from '../charge.ts';
import { refuseUnindexedOrder } from '../order-index.ts';
import { Page } from '../page.ts';
import { parseQuery, refusingSqlErrors } from '../query-body.ts';
import { endRun, type Run, type RunRequest, resumeRun, suspendRun } from '../query-run.ts';
import { badRequest } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { flag, header, maxItemCount, type Request } from '../request.ts';
import { refuseSessionAhead } from '../session.ts';
import { type Target, targetOf } from '../slice.ts';
import type { Container } from '../store/container.ts';
import type { Store } from '../store/store.ts';
import { vectorMetrics } from '../vector-metrics.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** A page of results, over all ranges unless the request names a part of the container. */
export function runQuery(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const query = parseQuery(request.body, vectorMetrics(container));
  refuseUnindexedOrder(query, container);
  const target = targetOf(request, container);
  refuseSessionAhead(request.headers, target.ranges);
  const page = new Page(container.rid);
  const from = startOf(request, query, container, target);
  const asked = { container, slice: target.slice, body: request.body, query };
  const run = refusingSqlErrors(() => resumeRun(asked, header(request.headers, HEADER.continuation), from));
  const next = endingRun(run, () => fill(page, asked, run, from, itemsOf(request)));
  const charge = pageCharge(page.bytes, page.count);
  return {
    status: STATUS.ok,
    headers: {
      ...containerHeaders(container, target.ranges, charge),
      [HEADER.itemCount]: String(page.count),
      ...(next !== undefined && { [HEADER.continuation]: next }),
      ...(flag(request.headers, HEADER.populateQueryMetrics) && { [HEADER.queryMetrics]: metricsOf(page) }),
    },
    body: page.finish(),
  };
}

const PAGE_ITEMS = 100;
const PAGE_ITEMS_MAX = 1000;
/** How long to look for one page: a query that finds little must not keep other requests waiting. */
const PAGE_MS = 50;

function itemsOf({ headers }: Request): number {
  const fallback = header(headers, HEADER.maxItemCount) === undefined ? PAGE_ITEMS : PAGE_ITEMS_MAX;
  return maxItemCount(headers, HEADER.maxItemCount, fallback);
}

/** Where the client wants to go on; a query that only counts documents begins with the count. */
function startOf({ headers }: Request, query: Query, { documents }: Container, { slice }: Target): Position {
  const text = header(headers, HEADER.continuation);
  const position = text ? parsePosition(text) : START;
  if (!position) throw badRequest(`The continuation token "${text}" is invalid.`);
  if (!query.countsDocuments) return position;
  const counts = query.body.grouping?.aggregates.map(() => documents.count(slice)) ?? [];
  return { ...START, number: Number.MAX_SAFE_INTEGER, totals: counts };
}

/** Fills the page and returns the continuation, if there may be more. */
function fill(page: Page, request: RunRequest, run: Run, from: Position, items: number): string | undefined {
  const isSpent = startClock();
  let position = from;
  for (let step = nextStep(run); step; step = nextStep(run)) {
    const { value, next } = step;
    const result = value === undefined ? undefined : writeResult(value, run.originals, request.query.nestsDocuments);
    if (page.count >= items || isSpent() || (result && !page.fits(result.length))) {
      const continuation = formatPosition(position);
      if (continuation !== undefined) {
        suspendRun({ ...run, pending: step }, request, continuation);
        return continuation;
      }
    }
    if (result) page.add(result);
    if (!next) break;
    position = next;
  }
  endRun(run);
  return undefined;
}

/** No run may go on reading from the store after a failure. */
function endingRun<Result>(run: Run, work: () => Result): Result {
  try {
    return refusingSqlErrors(work);
  } catch (error) {
    endRun(run);
    throw error;
  }
}

function nextStep(run: Run): Step | undefined {
  const { pending } = run;
  delete run.pending;
  if (pending) return pending;
  const { done, value } = run.steps.next();
  return done ? undefined : value;
}

/** Whether the time for a page is over, which starts with the first step: some queries have much to do before it. */
function startClock(): () => boolean {
  let end: number | undefined;
  return () => {
    const now = performance.now();
    end ??= now + PAGE_MS;
    return now > end;
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
