import { HEADER } from '../protocol/headers.ts';
import { STATUS } from '../protocol/status.ts';
import { formatCharge, refusalCharge } from './charge.ts';
import type { Refusal } from './refusal.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: JSON.stringify(value) };
}

/** For a client that has the version with this etag. */
export function notModified(etag: string): Reply {
  return { status: STATUS.notModified, headers: { [HEADER.etag]: etag } };
}

/** A list of resources in the envelope of its kind, such as `{"_rid":"","Databases":[…],"_count":1}`. */
export function list(kind: string, rid: string, items: readonly unknown[], headers = {}): Reply {
  const value = { _rid: rid, [kind]: items, _count: items.length };
  return json(STATUS.ok, value, { [HEADER.itemCount]: String(items.length), ...headers });
}

/** Clients read `code` and `message` of every error, so there is no error without a body. */
export function refusalReply(refusal: Refusal, activityId: string): Reply {
  const { status, substatus, retryAfterMs, plain, message, errors, headers } = refusal;
  // Only the errors of queries are a list in lower case.
  const text = plain ? message : `Message: ${JSON.stringify(errors ? { errors } : { Errors: [message] })}`;
  return json(
    status,
    { code: CODES[status] ?? String(status), message: `${text}\r\nActivityId: ${activityId}` },
    {
      ...headers,
      [HEADER.substatus]: String(substatus),
      [HEADER.requestCharge]: formatCharge(refusalCharge(status)),
      ...(retryAfterMs !== undefined && { [HEADER.retryAfterMs]: String(retryAfterMs) }),
    },
  );
}

const CODES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  408: 'RequestTimeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  421: 'MisdirectedRequest',
  423: 'Locked',
  424: 'FailedDependency',
  449: 'RetryWith',
  500: 'InternalServerError',
  501: 'NotImplemented',
  503: 'ServiceUnavailable',
};
