import type { Checkpoint, Sink, Source } from '../contract.ts';
import { bounded } from '../pipeline/bounded.ts';
import { run } from '../pipeline/run.ts';
import { counted as countedSink } from '../sinks/counted.ts';
import { counted as countedSource } from '../sources/counted.ts';
import { formatDuration } from '../support/duration.ts';
import { type Meter, total } from '../support/meter.ts';
import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';

export interface Transfer {
  readonly source: Source;
  readonly sink: Sink;
  readonly checkpoint: Checkpoint;
  readonly tally: Tally;
  readonly meters: readonly Meter[];
}

/** Runs the pipeline in sight of the user: totals while it runs, closing words whatever its end. */
export async function transfer({ source, sink, checkpoint, tally, meters }: Transfer, context: Context): Promise<void> {
  const { signal, talk } = context;
  const within = bounded(countedSource(source, tally), checkpoint, UNCOMMITTED_BYTES_MAX);
  const progress = talk.progress({ tally, meters });
  let state = 'not finished';
  try {
    await run(within.source, countedSink(sink, tally), within.checkpoint, { window: WINDOW, signal });
    state = signal.aborted ? 'stopped' : 'done';
  } finally {
    progress.stop();
    summarise(state, tally, meters, context);
  }
}

/** How long after a stop a target may still be busy before what was read is left unwritten. */
export const DRAIN_MS = 10_000;
/** Pages of a range that may be read but not committed: enough to read and write at the same time. */
const WINDOW = 4;
/** And how many bytes of documents, over all ranges. */
const UNCOMMITTED_BYTES_MAX = 256 * 1024 * 1024;

function summarise(state: string, tally: Tally, meters: readonly Meter[], { talk }: Context): void {
  const { elapsedMs, read, written, retries } = tally;
  const { requestCharge, throttled } = total(meters);
  const rate = elapsedMs > 0 ? written / (elapsedMs / 1000) : 0;
  talk.summary(
    state,
    [
      ['read', number(read)],
      ['written', number(written)],
      [read > written && state !== 'done' ? 'not written' : 'skipped', number(read - written)],
      ['request units', number(requestCharge)],
      ['throttled', number(throttled)],
      ['tried again', number(retries)],
      ['time', `${formatDuration(elapsedMs)}, ${number(rate)} documents/s`],
    ],
    {
      state,
      read,
      written,
      skipped: read - written,
      requestCharge,
      throttled,
      retries,
      elapsedMs: Math.round(elapsedMs),
    },
  );
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
