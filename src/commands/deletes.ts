import pLimit from 'p-limit';
import type { Source } from '../contract.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { changeFeed, type FeedMode } from '../sources/change-feed.ts';
import { commitAt } from '../sources/feed-position.ts';
import { snapshotThenFeed } from '../sources/snapshot-then-feed.ts';
import { FlowError } from '../support/error.ts';
import type { PatienceOptions } from '../support/patience.ts';
import type { Deletes } from './deletes-flags.ts';
import { type End, type FeedOptions, patientlyRead } from './end.ts';

/** Positions mean something only to a copy that reads the same feeds. */
export function jobModeOf(deletes: Deletes, reshape?: { readonly mode: string }): string {
  const feeds = deletes === 'feed' ? 'latest version, then all versions and deletes' : 'latest version';
  return reshape ? `${feeds}, ${reshape.mode}` : feeds;
}

/** Refuses to compare keys that a copy may have changed. */
export function assertKeysStay({ deletes, transform }: { deletes: Deletes; transform: string | undefined }): void {
  if (deletes !== 'diff' || transform === undefined) return;
  throw new FlowError('usage', '--deletes=diff compares keys, and --transform may change them', {
    hint: 'write --deletes=feed, where the container has the feed of all versions, or leave one of them out',
  });
}

/** What a copy reads, patiently. */
export function copySource(end: End, deletes: Deletes, options: FeedOptions, patience: PatienceOptions): Source {
  const limit = pLimit(options.readsMax);
  const feed = (follow: boolean, mode: FeedMode): Source => {
    const { maxItemCount, poll: pollMs } = options;
    const start = mode === 'latest version' ? 'beginning' : 'now';
    const { signal } = patience;
    return changeFeed(end.connection, end.facts, { maxItemCount, follow, pollMs, limit, signal, mode, start });
  };
  if (deletes !== 'feed') return patientlyRead(feed(options.follow, 'latest version'), end, patience);
  const latest = feed(false, 'latest version');
  const versions = explaining(feed(options.follow, 'all versions and deletes'));
  return patientlyRead(snapshotThenFeed(latest, versions, commitAt), end, patience);
}

/** The same source, which says what a copy can do when it came too late. */
function explaining(versions: Source): Source {
  return {
    ...versions,
    async *pages(...place) {
      try {
        yield* versions.pages(...place);
      } catch (error) {
        if (!(error instanceof FlowError) || error.code !== 'position_expired') throw error;
        throw new FlowError(error.code, error.message, {
          hint: 'what was deleted since then is not told any more: copy anew with --restart, and delete what is left over with cosmosflow verify --repair',
          cause: error,
        });
      }
    },
  };
}

/** Refuses a container without a feed of all versions, before anything is made for a job that would need it. */
export async function assertHasVersions({ connection, facts, role, name }: End, signal: AbortSignal): Promise<void> {
  const options = { maxItemCount: 1, follow: false, pollMs: 0, limit: pLimit(READS_MAX), signal };
  const feed = changeFeed(connection, facts, { ...options, mode: 'all versions and deletes', start: 'now' });
  await feed.starts().catch((error: unknown) => {
    signal.throwIfAborted();
    if (!(error instanceof FlowError) || error.code !== 'configuration') throw toFlowError(error, role, name);
    throw new FlowError(error.code, error.message, {
      hint: 'to find deletes by comparing keys instead: --deletes=diff; or give the container a changeFeedPolicy that retains versions (produce --retain-versions 4h makes such a container), or the account continuous backups',
      cause: error,
    });
  });
}

const READS_MAX = 16;
