import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import { preconditionFailed } from './refusal.ts';
import { header } from './request.ts';

/** Whether a condition names the version with this etag; `*` names any. */
export function matches(condition: string | undefined, etag: string): boolean {
  return condition === '*' || condition === etag;
}

/** Throws 412 when the request is meant for another version of a resource. */
export function refuseOtherVersion(headers: IncomingHttpHeaders, etag: string): void {
  const ifMatch = header(headers, HEADER.ifMatch);
  if (ifMatch !== undefined && !matches(ifMatch, etag)) throw preconditionFailed();
}

/** Whether the client has this version of a resource and does not want it again. */
export function isKnown(headers: IncomingHttpHeaders, etag: string): boolean {
  return matches(header(headers, HEADER.ifNoneMatch), etag);
}
