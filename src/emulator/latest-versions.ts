import { HEADER } from '../protocol/headers.ts';
import { type ChangesOf, positionOf } from './changes.ts';
import { badRequest } from './refusal.ts';
import { header } from './request.ts';

/** Documents as they are now, each where it was last written. */
export const latestVersions: ChangesOf = ({ headers, container, range, slice }) => {
  const etag = header(headers, HEADER.ifNoneMatch);
  const after = etag === undefined ? 0 : positionOf(etag, range);
  const since = timeOf(header(headers, HEADER.ifModifiedSince));
  return {
    after,
    changes: container.documents.changes(slice, after, since),
    add: (page, body, lsn) => page.addChange(body, lsn),
  };
};

/** The second after which to read. Some clients write `UTC` for `GMT`. */
function timeOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badRequest(`"${text}" is not a date.`);
  return Math.floor(time / 1000);
}
