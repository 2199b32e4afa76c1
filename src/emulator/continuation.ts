import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import { badRequest } from './refusal.ts';
import { header } from './request.ts';

/** Where a read feed goes on: the number of the last document given. Numbers stay the same when ranges split. */
export function parseContinuation(headers: IncomingHttpHeaders): number {
  const text = header(headers, HEADER.continuation);
  if (!text) return 0;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw badRequest(`The continuation token "${text}" is invalid.`);
}
