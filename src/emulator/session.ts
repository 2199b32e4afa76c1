import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import { STATUS, SUBSTATUS } from '../protocol/status.ts';
import { badRequest, Refusal } from './refusal.ts';
import { header } from './request.ts';
import type { Range } from './store/range.ts';

/** How far a client has seen the writes of each range, by the id of the range. Throws 400 when its token is none. */
export function parseSession(headers: IncomingHttpHeaders): Map<string, number> {
  const token = header(headers, HEADER.sessionToken);
  if (!token) return new Map();
  return new Map(
    token.split(',').map((part) => {
      const match = PART.exec(part);
      if (!match) throw badRequest(`The session token provided '${token}' is invalid.`);
      return [match[1] as string, Number(match[2])];
    }),
  );
}

/** Throws 404 when a client that reads in a session has seen writes that one of these ranges does not have. */
export function refuseSessionAhead(headers: IncomingHttpHeaders, ranges: readonly Range[]): void {
  const session = parseSession(headers);
  const level = header(headers, HEADER.consistencyLevel)?.toLowerCase() ?? SESSION;
  if (level !== SESSION) return;
  const isAhead = ({ id, parents, lsn }: Range): boolean =>
    [String(id), ...parents].some((known) => (session.get(known) ?? 0) > lsn);
  if (!ranges.some(isAhead)) return;
  const message = 'The read session is not available for the input session token.';
  throw new Refusal(STATUS.notFound, message, { substatus: SUBSTATUS.readSessionNotAvailable });
}

/** `0:-1#42`, or with what other regions have seen `0:1#42#1=40#2=-1`; older clients write `0:42`. */
const PART = /^\s*(\d+):(?:-?\d+#)?(-?\d+)(?:#\d+=-?\d+)*$/;
const SESSION = 'session';
