import { HEADER } from '../protocol/headers.ts';
import { badRequest } from './refusal.ts';
import { list, type Reply } from './reply.ts';
import { header, maxItemCount, type Request } from './request.ts';

/** A resource as clients see it. */
export interface Listed {
  readonly _rid: string;
  readonly [property: string]: unknown;
}

/**
 * A page of resources: as many as the client asks for, or all. Pages go by resource ids, so that none is passed over
 * when others come and go between them; all at once are in the order in which they were created.
 */
export function listResources(
  { headers }: Request,
  kind: string,
  rid: string,
  resources: readonly Listed[],
  more: Readonly<Record<string, string>> = {},
): Reply {
  const limit = maxItemCount(headers, HEADER.maxItemCount, Number.POSITIVE_INFINITY);
  const after = continuationOf(headers, RID);
  if (after === '' && resources.length <= limit) return list(kind, rid, resources, more);
  const rest = resources.filter(({ _rid }) => _rid > after).sort((a, b) => (a._rid < b._rid ? -1 : 1));
  const page = rest.slice(0, limit);
  const next = page.length < rest.length ? { [HEADER.continuation]: page.at(-1)?._rid ?? '' } : {};
  return list(kind, rid, page, { ...more, ...next });
}

/** A page of what a query found among resources: as many results as the client asks for, or all. */
export function listResults({ headers }: Request, kind: string, rid: string, results: readonly unknown[]): Reply {
  const limit = maxItemCount(headers, HEADER.maxItemCount, Number.POSITIVE_INFINITY);
  const start = Number(continuationOf(headers, OFFSET));
  const end = start + limit;
  return list(kind, rid, results.slice(start, end), end < results.length ? { [HEADER.continuation]: String(end) } : {});
}

const RID = /^[\w+-]+=*$/;
const OFFSET = /^\d{1,9}$/;

function continuationOf(headers: Request['headers'], shape: RegExp): string {
  const text = header(headers, HEADER.continuation) ?? '';
  if (text === '' || shape.test(text)) return text;
  throw badRequest(`The continuation token "${text}" is invalid.`);
}
