import type { Checkpoint, Sink, Source } from '../contract.ts';
import { bounded } from '../pipeline/bounded.ts';
import { run } from '../pipeline/run.ts';
import { counted as countedSource } from '../sources/counted.ts';
import { untilTold } from '../sources/until-told.ts';
import { formatDuration } from '../support/duration.ts';
import { later } from '../support/later.ts';
import { type Meter, total } from '../support/meter.ts';
import { ClosedPipe } from '../support/output.ts';
import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';

export interface Transfer {
  readonly source: Source;
  /** Counts what it writes in the tally. */
  readonly sink: Sink;
  readonly checkpoint: Checkpoint;
  readonly tally: Tally;
  readonly meters: readonly Meter[];
  /** Bytes of documents that may be read and not committed, where that is less than usual. */
  readonly bytesMax?: number | undefined;
  /** What is done to changes between the source and the sink; they have been counted as read by then. */
  readonly between?: (source: Source) => Source;
  /** Whether to show how far it is; not where people read what it writes as it comes. */
  readonly showsProgress?: boolean | undefined;
}

/** Runs the pipeline in sight of the user: totals while it runs, closing words whatever its end. */
export async function transfer(work: Transfer, context: Context): Promise<void> {
  const { signal, talk } = context;
  const { tally, meters, between = (source) => source, showsProgress = true } = work;
  const { window, bytesMax } = limitsFor(work.sink);
  const source = countedSource(work.source, tally);
  const ended = context.ending ? untilTold(source, context.ending) : source;
  const within = bounded(between(ended), work.checkpoint, Math.min(bytesMax, work.bytesMax ?? bytesMax), (room) =>
    work.sink.hurry?.(room),
  );
  const progress = showsProgress ? talk.progress({ tally, meters }) : undefined;
  let state: string | undefined = 'not finished';
  const busy = later(signal, SILENCE_MS);
  const onBusy = (): void => {
    if (!(signal.reason instanceof ClosedPipe)) talk.note(GIVING);
  };
  busy.addEventListener('abort', onBusy);
  try {
    await run(within.source, work.sink, within.checkpoint, { window, signal });
    state = signal.aborted ? 'stopped' : 'done';
  } catch (error) {
    // Whoever has read enough does not want to hear of it.
    if (error instanceof ClosedPipe || !hasBegun(tally, meters)) state = undefined;
    throw error;
  } finally {
    busy.removeEventListener('abort', onBusy);
    progress?.stop();
    if (state !== undefined) summarise(state, tally, meters, context);
  }
}

/** How long after a stop a target may still be busy before what was read is left unwritten. */
export const DRAIN_MS = 10_000;
/** How long such a wait goes without saying. */
const SILENCE_MS = 1000;
const GIVING = `giving the destination up to ${formatDuration(DRAIN_MS)} to take what was read; Ctrl-C again leaves at once`;

/**
 * Pages of a range that may be read but not committed, and bytes of documents over all ranges: enough to read and write
 * at the same time.
 */
const SIDE_BY_SIDE = { window: 4, bytesMax: 256 * 1024 * 1024 };
/** For a sink that takes one page of a range at a time, more would only be waiting. */
const ONE_BY_ONE = { window: 2, bytesMax: 64 * 1024 * 1024 };
/** Where writes wait for later ones many small pages may be under way; for large ones the bytes are the limit. */
const TOGETHER = { window: 200, bytesMax: 64 * 1024 * 1024 };

function limitsFor({ order = 'key', hurry }: Sink): typeof SIDE_BY_SIDE {
  if (order !== 'key') return ONE_BY_ONE;
  return hurry ? TOGETHER : SIDE_BY_SIDE;
}

/** Of what was refused at the start, there is nothing to sum up. */
function hasBegun({ read, retries }: Tally, meters: readonly Meter[]): boolean {
  return read > 0 || retries > 0 || total(meters).throttled > 0;
}

function summarise(state: string, tally: Tally, meters: readonly Meter[], { talk }: Context): void {
  const { elapsedMs, read, written, filtered, added, unchanged, setAside, left: skipped, retries } = tally;
  const { requestCharge, throttled } = total(meters);
  const rate = elapsedMs > 0 ? written / (elapsedMs / 1000) : 0;
  const unusual = Object.entries({ 'left as it was': unchanged, filtered, added, 'set aside': setAside }).filter(
    ([, count]) => count > 0,
  );
  talk.summary(
    state,
    [
      ['read', number(read)],
      ['written', number(written)],
      ...unusual.map(([label, count]) => [label, number(count)] as const),
      [skipped > 0 && state !== 'done' ? 'not written' : 'skipped', number(skipped)],
      ['request units', `${number(requestCharge)}${perDocument(requestCharge, written || read)}`],
      ['throttled', number(throttled)],
      ['tried again', number(retries)],
      ['time', `${formatDuration(elapsedMs)}, ${number(rate)} documents/s`],
    ],
    {
      state,
      read,
      written,
      filtered,
      added,
      unchanged,
      setAside,
      skipped,
      requestCharge,
      throttled,
      retries,
      elapsedMs: Math.round(elapsedMs),
    },
  );
}

function perDocument(requestCharge: number, documents: number): string {
  return documents > 0 ? ` (${(requestCharge / documents).toFixed(2)} a document)` : '';
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
