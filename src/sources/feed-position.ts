import type { Continuation, Position, Range } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { isTimeToken, timeToken } from '../cosmos/raw-pages.ts';
import { STATUS } from '../protocol/status.ts';
import { FlowError } from '../support/error.ts';
import type { FeedStart } from './feed-start.ts';

/** A point in the change feed of a range, as it is stored. */
export interface FeedPoint {
  readonly rid: string;
  /** As the service gave it; empty until the range has answered once, `*` for now. */
  readonly etag: string;
  /** The second of `--start-from`: what is older is not wanted, now or later. */
  readonly since?: number | undefined;
}

/** Where a range is read from. Refuses a position in another container. */
export function pointOf(from: Continuation | undefined, start: FeedStart, facts: ContainerFacts): FeedPoint {
  if (from === undefined) return startPoint(start, facts);
  const point = JSON.parse(from) as FeedPoint;
  if (point.rid !== facts.rid) throw recreated(facts);
  return point;
}

export function startPoint(start: FeedStart, { rid }: ContainerFacts): FeedPoint {
  if (typeof start === 'object') return { rid, etag: '', since: start.since };
  return { rid, etag: start === 'now' ? NOW : '' };
}

/** No position that may be kept: it is another one every time. */
const NOW = '*';

export function continuationOf(point: FeedPoint): Continuation {
  return JSON.stringify(point) as Continuation;
}

interface SdkToken {
  readonly rid: string;
  readonly Continuation: readonly {
    readonly minInclusive: string;
    readonly maxExclusive: string;
    readonly continuationToken?: string;
  }[];
}

/** A point in the SDK's clothes. An empty token is its way to say "from the beginning". */
export function sdkToken({ min, max }: Range, { rid, etag, since }: FeedPoint): string {
  const token = etag === '' && since !== undefined ? timeToken(Math.max(0, since - IMPRECISION_S)) : etag;
  const Continuation = [{ minInclusive: min, maxExclusive: max, continuationToken: token }];
  return JSON.stringify({ rid, Continuation } satisfies SdkToken);
}

/** The service takes a start time for about right; what is too early is dropped here. */
const IMPRECISION_S = 5;

/** More than one when the range has split: the SDK then lists the successors, each with its own position. */
export function positionsIn(token: string, { rid, since }: FeedPoint): Position[] {
  const { Continuation } = JSON.parse(token) as SdkToken;
  return Continuation.map(({ minInclusive, maxExclusive, continuationToken }) => {
    // The SDK forgets the position of a successor that is refused with 410 while another one answers. What has not
    // answered yet has no position for "now".
    if (continuationToken === undefined || continuationToken === NOW) throw gone(STATUS.gone, 0);
    const etag = isTimeToken(continuationToken) ? '' : continuationToken;
    return {
      range: { min: minInclusive, max: maxExclusive },
      resumeAt: continuationOf({ rid, etag, since }),
    };
  }).toSorted((a, b) => (a.range.min < b.range.min ? -1 : 1));
}

/** The session token ends in the newest sequence number of the physical range, and the etag is that of the page. */
export function lagIn(sessionToken: string | undefined, positions: readonly Position[]): number {
  const newest = Number(/#(\d+)/.exec(sessionToken ?? '')?.[1] ?? Number.NaN);
  const here = Math.max(...positions.map(({ resumeAt }) => Number(/(\d+)/.exec(etagOf(resumeAt))?.[1] ?? 0)));
  return Number.isNaN(newest) ? 0 : Math.max(0, newest - here);
}

/** The number of the last commit before a position; `undefined` where the service calls it something else. */
export function commitAt(position: Continuation): number | undefined {
  const number = /^"?(\d{1,15})"?$/.exec(etagOf(position))?.[1];
  return number === undefined ? undefined : Number(number);
}

function etagOf(resumeAt: Continuation | undefined): string {
  return resumeAt === undefined ? '' : (JSON.parse(resumeAt) as FeedPoint).etag;
}

export function recreated({ database, container }: ContainerFacts): FlowError {
  return new FlowError(
    'container_recreated',
    `"${database}/${container}" is not the container that the checkpoint was made for`,
    { hint: 'it was deleted and created again; start over with --restart' },
  );
}

export function gone(status: number, substatus: number | undefined): Error {
  return Object.assign(new Error(`the change feed answered ${status}/${substatus ?? 0}`), { code: status, substatus });
}
