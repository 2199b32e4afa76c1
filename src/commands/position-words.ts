import type { Continuation } from '../contract.ts';
import { commitAt } from '../sources/feed-position.ts';

/** Where a stored position is, for people; what kind it is of, it tells by itself. */
export function positionWords(position: string): string {
  if (!position.startsWith('{')) return position;
  const { versions, latest, feed, etag, since, token, isDone } = JSON.parse(position) as Stored;
  if (versions !== undefined)
    return `${latest === undefined ? 'the beginning' : positionWords(latest)}, of what is there`;
  if (feed !== undefined) return positionWords(feed);
  if (etag === '') return since === undefined ? 'the beginning' : new Date(since * 1000).toISOString();
  const commit = etag === undefined ? undefined : commitAt(position as Continuation);
  if (commit !== undefined) return `after commit ${commit}`;
  if (isDone) return 'the end of what was found';
  return token === undefined ? 'where it stopped' : 'the middle of a query';
}

/** What any of the sources stores. */
interface Stored {
  readonly versions?: string;
  readonly latest?: string;
  readonly feed?: string;
  readonly etag?: string;
  readonly since?: number;
  readonly token?: string;
  readonly isDone?: boolean;
}
