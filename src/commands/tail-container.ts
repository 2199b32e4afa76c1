import pLimit from 'p-limit';
import type { Range, Source } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { formatKey, type KeyComponent } from '../protocol/partition-key.ts';
import { changeFeed, type FeedMode } from '../sources/change-feed.ts';
import { describeMiss, EVERYWHERE, type FeedScope, scopeOfKey } from '../sources/feed-scope.ts';
import { describeFeedStart, type FeedStart } from '../sources/feed-start.ts';
import { untilIdle } from '../sources/until-idle.ts';
import { namesSelected } from '../sql/clauses.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';
import { type Destination, type DestinationOptions, destinationOf } from './destination.ts';
import { type ExportOptions, exportContainer, type Reader } from './export.ts';
import { type PresentationOptions, presented } from './presented.ts';
import { keepsFacts } from './to-files.ts';

export interface TailOptions extends ExportOptions, DestinationOptions, PresentationOptions {
  readonly mode: FeedMode;
  readonly startFrom: FeedStart | undefined;
  readonly partitionKey: readonly KeyComponent[] | undefined;
  readonly feedRange: Range | undefined;
  readonly untilCaughtUp: boolean;
  readonly max: number | undefined;
  readonly idleTimeout: number | undefined;
  readonly maxItemCount: number;
  readonly poll: number;
}

/** Hands on what changes in a container; resolves when it has come as far as is asked for, or is told to stop. */
export async function tailContainer(source: string, given: TailOptions, context: Context): Promise<void> {
  const options = { ...given, envelope: given.envelope || keepsFacts(given), names: namesIn(given) };
  const start = startOf(options);
  const destination = destinationOf(options, context);
  assertSomethingComes(options, destination);
  let tally: Tally | undefined;
  const reader: Reader = {
    command: 'tail',
    mode: jobModeOf(options),
    begins: describeFeedStart(start),
    finishedBy: options.untilCaughtUp ? 'the same command' : 'the same command with -e',
    max: options.max,
    open: (connection, facts, counts) => {
      tally = counts;
      return feedOf(connection, facts, start, options, context.signal);
    },
    wrap: (wanted, facts) => presented(wanted, facts, options),
    onReady: (ranges) => {
      if (options.untilCaughtUp) return;
      const from = ranges === 1 ? '1 range' : `${ranges} ranges`;
      context.talk.note(`ready: following ${from} of ${source}, begun from ${describeFeedStart(start)}`);
    },
  };
  await exportContainer(source, reader, destination, options, context);
  const miss = tally?.read === 0 && options.partitionKey && describeMiss(options.partitionKey);
  if (miss) context.talk.note(miss);
}

/** What is deleted, put in envelopes or transformed has other names than those that are selected. */
function namesIn({ select, mode, envelope, transform }: TailOptions): readonly string[] | undefined {
  const isPlain = mode === 'latest version' && !envelope && transform === undefined;
  return isPlain && select !== undefined ? namesSelected(select) : undefined;
}

/** From now until now there is nothing. */
function assertSomethingComes(options: TailOptions, { checkpoint }: Destination): void {
  const isKept = (options.checkpoint ?? checkpoint) !== undefined;
  if (options.mode === 'latest version' || !options.untilCaughtUp || options.dryRun || isKept) return;
  throw new FlowError('usage', 'the feed of all versions begins now, so with -e alone nothing would come', {
    hint: 'with --checkpoint FILE each run has what was written since the one before; or leave -e out and it follows',
  });
}

/** Pages being read at once, over all ranges. */
const READS_MAX = 16;

function feedOf(
  connection: Connection,
  facts: ContainerFacts,
  start: FeedStart,
  options: TailOptions,
  signal: AbortSignal,
): Source {
  const { max = Number.POSITIVE_INFINITY, idleTimeout } = options;
  const feed = changeFeed(connection, facts, {
    mode: options.mode,
    start,
    scope: scopeOf(options, facts),
    // A page that `max` cuts is read again.
    maxItemCount: Math.min(options.maxItemCount, max),
    follow: !options.untilCaughtUp,
    pollMs: Math.min(options.poll, idleTimeout ?? Number.POSITIVE_INFINITY),
    limit: pLimit(READS_MAX),
    signal,
  });
  return idleTimeout === undefined ? feed : untilIdle(feed, idleTimeout);
}

/** What is there and will come, when that has an end; else what comes. */
function startOf({ startFrom, mode, untilCaughtUp }: TailOptions): FeedStart {
  if (mode === 'latest version') return startFrom ?? (untilCaughtUp ? 'beginning' : 'now');
  if (startFrom === undefined || startFrom === 'now') return 'now';
  throw new FlowError('usage', 'all versions and deletes can be read from now on, or where a checkpoint says', {
    hint: 'leave --start-from out; what is there already is in the feed of the latest versions',
  });
}

function scopeOf({ partitionKey, feedRange }: TailOptions, facts: ContainerFacts): FeedScope {
  if (partitionKey !== undefined) return scopeOfKey(partitionKey, facts);
  return feedRange === undefined ? EVERYWHERE : { whole: feedRange };
}

/** Positions in one feed mean nothing in the other, and those of a part nothing for the whole. */
function jobModeOf(options: TailOptions): string {
  const { envelope, systemProperties } = options;
  // Files with both kinds of lines would be of no use.
  return [scopeModeOf(options), envelope && 'in envelopes', systemProperties && 'with system properties']
    .filter(Boolean)
    .join(', ');
}

function scopeModeOf({ mode, partitionKey, feedRange }: TailOptions): string {
  if (partitionKey !== undefined && feedRange !== undefined) {
    throw new FlowError('usage', '--partition-key and --feed-range exclude each other', { hint: 'give one of them' });
  }
  if (partitionKey !== undefined) return `${mode}, partition key ${formatKey(partitionKey)}`;
  return feedRange === undefined ? mode : `${mode}, feed range ${feedRange.min}-${feedRange.max}`;
}
