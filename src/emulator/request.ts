import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import type { Address } from './address.ts';
import type { Allowance } from './allowance.ts';
import { badRequest } from './refusal.ts';

export interface Request {
  readonly address: Address;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What a batch may spend on its operations. */
  readonly allowance?: Allowance;
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Clients write `true` or `True`. */
export function flag(headers: IncomingHttpHeaders, name: string): boolean {
  return header(headers, name)?.toLowerCase() === 'true';
}

/** Whether it is a batch whose operations stand each for itself. */
export function isBulk(headers: IncomingHttpHeaders): boolean {
  return flag(headers, HEADER.isBatch) && !flag(headers, HEADER.batchAtomic);
}

/** Whether the client does not want back what it writes. */
export function isMinimal(headers: IncomingHttpHeaders): boolean {
  if (header(headers, HEADER.prefer)?.toLowerCase() === 'return=minimal') return true;
  return header(headers, HEADER.populateContentOnWrite)?.toLowerCase() === 'false';
}

/** The page size a client asks for; `fallback` when it leaves the choice to the server. */
export function maxItemCount(headers: IncomingHttpHeaders, name: string, fallback: number): number {
  const text = header(headers, name);
  if (text === undefined || text === '-1') return fallback;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw badRequest(`"${text}" is not a valid value of ${name}.`);
}
