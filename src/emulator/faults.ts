import type { IncomingHttpHeaders } from 'node:http';
import { STATUS } from '../protocol/status.ts';
import { type Allowance, tooManyRequests } from './allowance.ts';
import { tokenExpired } from './authorization.ts';
import { Refusal } from './refusal.ts';
import { type Reply, refusalReply } from './reply.ts';
import { isBulk } from './request.ts';

/** A request that is about to be applied. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What it asks for, as the routes name it: `changeFeed`, `batch`, `upsert`, … */
  readonly operation: string;
  /** What the path names, as it names it; empty where it does not. */
  readonly database: string;
  readonly container: string;
  readonly id: string;
  /** Ids of the physical ranges that it reaches into; none when it is not about documents. */
  readonly ranges: readonly string[];
}

/** What goes wrong with a request, for tests of clients. All of it can be delayed. */
export type Fault = { readonly delayMs?: number } & (
  | Answer
  /** Apply it, then cut the connection, or reset it, without an answer. */
  | { readonly after: Cut }
  /** Cut the connection, or reset it; nothing is applied. */
  | { readonly before: Cut }
  /** Never answer. */
  | { readonly hang: true }
  /** Apply it, and cut the connection after so many bytes of the answer's body. */
  | { readonly truncateAfter: number }
  /** Apply it, and send the answer's body no faster than this. */
  | { readonly bytesPerSecond: number }
  /** Refuse its signature as one that is too old. */
  | { readonly expired: true }
  /** Split the first range that it reaches into before it is applied. */
  | { readonly split: true }
  /** Merge that range with a neighbour before it is applied. */
  | { readonly merge: true }
  /** Before it is applied, replace its container by an empty one of the same name and definition. */
  | { readonly recreate: true }
  /** Put the clock of the server ahead from now on. */
  | { readonly skewMs: number }
  | { readonly delayMs: number }
);

/** Answer this instead of applying it. */
interface Answer {
  readonly status: number;
  readonly substatus?: number;
  readonly retryAfterMs?: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a bulk request, only operations from this one on, the first of which is 1; the others are applied. */
  readonly fromOperation?: number;
}

type Cut = 'drop' | 'reset';

/** The answer that a fault gives in place of the server's, if it does. */
export function faultReply(
  fault: Fault,
  exchange: Pick<Exchange, 'headers'>,
  activityId: string,
  now: number,
): Reply | undefined {
  if ('expired' in fault) return refusalReply(tokenExpired(now), activityId);
  if (!('status' in fault) || isPartial(fault, exchange)) return undefined;
  const reply = refusalReply(refusalOf(fault), activityId);
  return { ...reply, headers: { ...reply.headers, ...fault.headers } };
}

/** What a fault leaves of a bulk request, if it is about a part of it. */
export function faultAllowance(fault: Fault, exchange: Pick<Exchange, 'headers'>): { allowance?: Allowance } {
  if (!('status' in fault) || !isPartial(fault, exchange)) return {};
  const { fromOperation = 1 } = fault;
  const refusal = refusalOf(fault);
  let asked = 0;
  return { allowance: { shortage: () => (++asked >= fromOperation ? refusal : undefined), spend: () => {} } };
}

function isPartial({ fromOperation }: Answer, { headers }: Pick<Exchange, 'headers'>): boolean {
  return fromOperation !== undefined && isBulk(headers);
}

function refusalOf({ status, substatus, retryAfterMs, message }: Answer): Refusal {
  const text = message ?? MESSAGES[status] ?? `The request was refused with ${status} on purpose.`;
  return new Refusal(status, text, { substatus, retryAfterMs });
}

const MESSAGES: Readonly<Record<number, string>> = {
  [STATUS.timeout]: 'Request timed out. Learn more: https://aka.ms/cosmosdb-tsg-request-timeout',
  [STATUS.gone]: 'The requested resource is no longer available at the server.',
  [STATUS.tooManyRequests]: tooManyRequests(0).message,
  [STATUS.retryWith]: 'Conflicting request to resource has been attempted. Retry to avoid conflicts.',
  [STATUS.unavailable]: 'Service is currently unavailable, please retry after a while.',
};
