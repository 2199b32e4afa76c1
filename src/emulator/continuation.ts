import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import { badRequest } from './refusal.ts';
import { header } from './request.ts';

/** Where a query or read feed goes on. Documents keep their numbers when ranges split, so it stays valid. */
export interface Continuation {
  /** The number of the last document looked at. */
  readonly after: number;
  /** How many results were given, which a query for the top n needs to know; for a count, what was counted. */
  readonly taken: number;
}

export function parseContinuation(headers: IncomingHttpHeaders): Continuation {
  const text = header(headers, HEADER.continuation);
  if (!text) return { after: 0, taken: 0 };
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(text);
  if (!match) throw badRequest(`The continuation token "${text}" is invalid.`);
  return { after: Number(match[1]), taken: Number(match[2]) };
}

export function formatContinuation({ after, taken }: Continuation): string {
  return `${after}.${taken}`;
}
