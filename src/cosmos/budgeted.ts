import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { asBuffer } from '../support/buffers.ts';
import { FlowError } from '../support/error.ts';
import type { Budget, Expense } from './budget.ts';
import { type Exchange, type HttpRequest, type RawResponse, Unreachable } from './transport.ts';

/** How documents of a container are asked for and written. */
export interface Terms {
  readonly budget?: Budget | undefined;
  /** What the service is to drop first when there is too much. */
  readonly priority?: 'low' | 'high' | undefined;
  /** The throughput bucket to draw on. */
  readonly bucket?: number | undefined;
  /** Ends the waiting of requests that are not cut off otherwise. */
  readonly stop?: AbortSignal | undefined;
}

/** By the path of the container, `dbs/DATABASE/colls/CONTAINER` as it is in addresses. */
export type TermsByContainer = ReadonlyMap<string, Terms>;

/** The same, but requests for documents of a container wait until they may be sent, and say whose they are. */
export function budgeted(exchange: Exchange, terms: TermsByContainer, cutOff?: AbortSignal): Exchange {
  return async (request, body) => {
    const { budget, priority, bucket, stop } = terms.get(containerIn(request) ?? '') ?? NO_TERMS;
    const signal = cutOff ?? stop;
    if (priority) request.headers.set(HEADER.priority, priority === 'low' ? 'Low' : 'High');
    if (bucket !== undefined) request.headers.set(HEADER.throughputBucket, String(bucket));
    if (!budget || request.headers.has(HEADER.isQueryPlan)) return exchange(request, body);
    shrink(request, budget);
    const settle = await budget.admit(expenseOf(request, body), signal).catch((error: unknown) => {
      throw signal?.aborted ? stopped(error, signal === cutOff) : error;
    });
    // One that is not answered may have been served, so that the guess stays.
    const response = await exchange(request, body);
    settle(Number(response.headers.get(HEADER.requestCharge) ?? 0), gotIn(response, request));
    return response;
  };
}

export function containerPath({ database, container }: { database: string; container: string }): string {
  return `dbs/${encodeURIComponent(database)}/colls/${encodeURIComponent(container)}`;
}

/** Requests that a stop cuts off are nobody's concern any more; the others were to finish what had been begun. */
function stopped(cause: unknown, isCutOff: boolean): Error {
  if (isCutOff) return new Unreachable('stopped', { cause });
  return new FlowError('sink_unavailable', 'stopped before all that was read could be written within the budget', {
    hint: 'the same command goes on where it stopped',
    cause,
  });
}

const NO_TERMS: Terms = {};

/** Of requests for documents only. */
function containerIn({ url }: HttpRequest): string | undefined {
  return /\/(dbs\/[^/]+\/colls\/[^/]+)\/docs\b/.exec(url)?.[1];
}

function isPage({ method, headers }: HttpRequest): boolean {
  return headers.has(HEADER.maxItemCount) && (method === 'GET' || headers.has(HEADER.isQuery));
}

/** A page that cost more than a slice of the budget is followed by smaller ones. */
function shrink(request: HttpRequest, budget: Budget): void {
  if (!isPage(request)) return;
  const asked = Number(request.headers.get(HEADER.maxItemCount));
  if (!(asked > 0)) return;
  request.headers.set(HEADER.maxItemCount, String(Math.min(asked, Math.max(PAGE_LEAST, budget.sizeMax('read')))));
}

function expenseOf(request: HttpRequest, body: Uint8Array | string | null | undefined): Expense {
  const range = request.headers.get(HEADER.rangeId);
  if (isPage(request)) return { range, kind: 'read', size: Number(request.headers.get(HEADER.maxItemCount)) };
  if (request.headers.has(HEADER.isBatch)) return { range, kind: 'write', size: sizeOfBatch(body ?? '') };
  return { range, kind: 'other', size: 1 };
}

/** As writes are charged: five for each and one for a kilobyte, more or less. */
function sizeOfBatch(body: Uint8Array | string): number {
  const text = typeof body === 'string' ? Buffer.from(body) : asBuffer(body);
  let operations = 0;
  for (let at = text.indexOf(OPERATION); at >= 0; at = text.indexOf(OPERATION, at + OPERATION.length)) operations++;
  return Math.max(1, operations) * OPERATION_SIZE + text.length / 1024;
}

const OPERATION = '"operationType":';
const OPERATION_SIZE = 5;

/** What the charge was for, where that is not what was asked for; 0 where it says nothing of other requests. */
function gotIn({ status, headers }: RawResponse, request: HttpRequest): number | undefined {
  if (status >= STATUS.badRequest || status === STATUS.multiStatus) return 0;
  if (!isPage(request)) return undefined;
  return Number(headers.get(HEADER.itemCount) ?? 0);
}

/** Each page has a cost of its own, whatever is in it. */
const PAGE_LEAST = 10;
