import type { Change, Continuation, Page, Position, Source } from '../contract.ts';
import { STATUS, SUBSTATUS } from '../protocol/status.ts';
import { assert } from '../support/assert.ts';

// A range is first read as it is, then as it changes:
// - before anything is delivered, where the feed of all versions ends is stored for every range;
// - the snapshot is the feed of the latest versions from the beginning, up to the commit of that point;
// - what was committed later, deletions too, is left to the feed of all versions, which begins there.
// So whatever the feed brings is newer than what the snapshot brought, and nothing that was deleted comes back. A range
// that splits in either phase hands both of its positions to its successors.

/**
 * Everything that is in a container, then every version and deletion since. `versions` has to begin now. `commitAt` tells
 * the number of the commit that a position of it stands for. Where that is not to be known, or changes have no number,
 * the snapshot goes on to its end: then versions may come again, in order, and it all ends the same. A replica that is
 * behind fails the snapshot as one that is not available does, so that it is read on when it has caught up.
 */
export function snapshotThenFeed(
  latest: Source,
  versions: Source,
  commitAt: (position: Continuation) => number | undefined,
): Source {
  return {
    ...versions,
    starts: async () =>
      (await versions.starts()).map(({ range, resumeAt }) => at(range, { versions: known(resumeAt) })),
    async *pages(range, from, signal) {
      const start = parse(from);
      if ('versions' in start) {
        const last = commitAt(start.versions) ?? Number.POSITIVE_INFINITY;
        for await (const page of reaching(start.versions, latest, commitAt)(range, start.latest, signal)) {
          const { isEnd, changes } = upTo(last, page);
          if (page.split || changes.length > 0) yield inSnapshot({ ...page, changes }, start.versions);
          else page.release?.();
          if (page.split) return;
          if (isEnd) break;
        }
        if (signal.aborted) return;
      }
      const feed = 'versions' in start ? start.versions : start.feed;
      for await (const page of versions.pages(range, feed, signal)) yield inFeed(page);
    },
  };
}

/**
 * The pages of a source up to its end. Throws when that comes before `point`: what a replica does not have yet would be
 * missing for good.
 */
function reaching(
  point: Continuation,
  source: Source,
  commitAt: (position: Continuation) => number | undefined,
): Source['pages'] {
  return async function* (range, from, signal) {
    let [position, lag] = [from, 0];
    for await (const page of source.pages(range, position, signal)) {
      position = page.resumeAt;
      lag = page.lag ?? 0;
      if (page.changes.length > 0 || page.split) yield page;
    }
    if (signal.aborted || position === undefined) return;
    const [commit, last] = [commitAt(position), commitAt(point)];
    if (commit === undefined || last === undefined) return;
    // A position need not move where nothing changes. At the end of the feed, a lag says how far the replica is beyond it.
    if (commit + lag < last) throw behind(commit + lag, last);
  };
}

/** What the service says itself of a replica that is behind what a session has seen. */
function behind(commit: number, last: number): Error {
  const message = `a replica is behind: it has commit ${commit}, and another one had ${last} when the copy began`;
  return Object.assign(new Error(message), { code: STATUS.notFound, substatus: SUBSTATUS.readSessionNotAvailable });
}

/** Where a range stands: in its snapshot, with the point that the feed is to begin at; or in the feed. */
type Stage =
  | { readonly versions: Continuation; readonly latest?: Continuation | undefined }
  | { readonly feed: Continuation };

function parse(from: Continuation | undefined): Stage {
  return JSON.parse(known(from)) as Stage;
}

function format(stage: Stage): Continuation {
  return JSON.stringify(stage) as Continuation;
}

function at(range: Position['range'], stage: Stage): Position {
  return { range, resumeAt: format(stage) };
}

/** What of a page belongs to the snapshot, and whether nothing more does. Pages come in the order of commits. */
function upTo(last: number, { changes }: Page): { isEnd: boolean; changes: readonly Change[] } {
  const lastLsn = changes.at(-1)?.lsn ?? Number.NEGATIVE_INFINITY;
  return {
    isEnd: lastLsn >= last,
    changes: lastLsn > last ? changes.filter(({ lsn }) => lsn === undefined || lsn <= last) : changes,
  };
}

function inSnapshot({ resumeAt, split, ...page }: Page, versions: Continuation): Page {
  const stageAt = (latest: Continuation | undefined): Stage => ({ versions, latest });
  return {
    ...page,
    resumeAt: format(stageAt(resumeAt)),
    ...(split && { split: split.map((successor) => at(successor.range, stageAt(successor.resumeAt))) }),
  };
}

function inFeed({ resumeAt, split, ...page }: Page): Page {
  return {
    ...page,
    resumeAt: format({ feed: known(resumeAt) }),
    ...(split && { split: split.map((successor) => at(successor.range, { feed: known(successor.resumeAt) })) }),
  };
}

function known(position: Continuation | undefined): Continuation {
  assert(position !== undefined, 'a feed of all versions has a position from its start');
  return position;
}
