import type { IncomingHttpHeaders } from 'node:http';
import { STATUS } from '../protocol/status.ts';
import { tooManyRequests } from './allowance.ts';
import { Refusal } from './refusal.ts';

/** A request that is about to be applied. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What it asks for, as the routes name it: `changeFeed`, `batch`, `upsert`, … */
  readonly operation: string;
}

/** What goes wrong with a request, for tests of clients. */
export type Fault =
  /** Answer this instead of applying it. */
  | { readonly status: number; readonly substatus?: number; readonly retryAfterMs?: number }
  /** Apply it, then cut the connection without an answer. */
  | { readonly after: 'drop' }
  /** Cut the connection; nothing is applied. */
  | { readonly before: 'drop' }
  /** Never answer. */
  | { readonly hang: true }
  | { readonly delayMs: number };

export function faultRefusal({ status, substatus, retryAfterMs }: Extract<Fault, { status: number }>): Refusal {
  const message = MESSAGES[status] ?? `The request was refused with ${status} on purpose.`;
  return new Refusal(status, message, { substatus, retryAfterMs });
}

const MESSAGES: Readonly<Record<number, string>> = {
  [STATUS.tooManyRequests]: tooManyRequests(0).message,
  [STATUS.unavailable]: 'Service is currently unavailable, please retry after a while.',
};
