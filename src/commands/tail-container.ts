import pLimit from 'p-limit';
import { changeFeed } from '../sources/change-feed.ts';
import type { Context } from './command.ts';
import { type DestinationOptions, destinationOf } from './destination.ts';
import { type ExportOptions, exportContainer } from './export.ts';

export interface TailOptions extends ExportOptions, DestinationOptions {
  readonly untilCaughtUp: boolean;
  readonly maxItemCount: number;
  readonly poll: number;
}

/** Hands on what changes in a container; resolves when it has caught up, if that is asked for, or is told to stop. */
export async function tailContainer(source: string, options: TailOptions, context: Context): Promise<void> {
  const destination = destinationOf(options, context);
  await exportContainer(
    source,
    {
      mode: 'latest version',
      open: (connection, facts) =>
        changeFeed(connection, facts, {
          maxItemCount: options.maxItemCount,
          follow: !options.untilCaughtUp,
          pollMs: options.poll,
          limit: pLimit(READS_MAX),
          signal: context.signal,
        }),
    },
    destination,
    options,
    context,
  );
}

/** Pages being read at once, over all ranges. */
const READS_MAX = 16;
