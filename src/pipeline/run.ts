import type { Checkpoint, Position, Sink, Source } from '../contract.ts';
import { pump } from './pump.ts';
import { Sequence } from './sequence.ts';
import { assertTiles } from './tiling.ts';

export interface RunOptions {
  /** Pages per range that may be read but not yet committed. */
  readonly window: number;
  /** Aborts to stop and drain: what was read is written and committed, then the run resolves. */
  readonly signal: AbortSignal;
}

/**
 * Moves everything from the source to the sink and commits it, all ranges side by side. Resolves at the end of the
 * source or when told to stop. Rejects with the first failure, once nothing of the run is still under way. May be
 * called again with the same checkpoint after either: it goes on behind the last commit.
 */
export async function run(source: Source, sink: Sink, checkpoint: Checkpoint, options: RunOptions): Promise<void> {
  if (checkpoint.positions().length === 0) {
    const starts = await source.starts().catch((error: unknown) => {
      if (!options.signal.aborted) throw error;
    });
    // Told to stop before anything began.
    if (!starts) return;
    checkpoint.begin(starts);
  }
  const positions = checkpoint.positions();
  assertTiles(
    positions.map(({ range }) => range),
    source.whole,
  );

  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const sequence = sink.order === 'all' ? new Sequence(sink) : undefined;
  const follow = async (position: Position): Promise<void> => {
    try {
      const successors = await pump(position, { source, sink, checkpoint, window: options.window, signal, sequence });
      await all(successors.map(follow));
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  };
  await all(positions.map(follow)).catch(() => {
    // The first failure in time is the cause; others may only be its consequence.
    throw failure.signal.reason;
  });
  if (options.signal.aborted) return;
  const notes = await sink.finish?.();
  if (notes) checkpoint.note(notes);
}

/** Resolves or rejects only after every promise has settled. */
async function all(promises: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(promises);
  await Promise.all(promises);
}
