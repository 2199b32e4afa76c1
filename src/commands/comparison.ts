import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Checkpoint, Source } from '../contract.ts';
import { countsDown } from '../cosmos/container.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { bounded } from '../pipeline/bounded.ts';
import { run } from '../pipeline/run.ts';
import { counted as countedSink } from '../sinks/counted.ts';
import { counted as countedSource } from '../sources/counted.ts';
import { escapeInJson } from '../support/escape.ts';
import { collectGarbage, keepYoungGeneration } from '../support/heap.ts';
import { ClosedPipe, outputFailure } from '../support/output.ts';
import type { PatienceOptions } from '../support/patience.ts';
import type { Tally } from '../support/tally.ts';
import { differences } from '../verify/differences.ts';
import type { Digest } from '../verify/digest.ts';
import type { Division } from '../verify/division.ts';
import { documentsOf } from '../verify/documents.ts';
import { Findings, type Side } from '../verify/findings.ts';
import { lineOf } from '../verify/line.ts';
import { readBuckets } from '../verify/reading.ts';
import type { Report } from '../verify/report.ts';
import { countOf, differingBuckets, summing, totalsOf } from '../verify/sums.ts';
import type { Context } from './command.ts';
import { type End, feedOf } from './end.ts';
import { relived } from './lifetime.ts';
import { Verdict } from './verdict.ts';

/** Two containers that are about to be compared. */
export interface Comparison {
  readonly ends: Readonly<Record<Side, End>>;
  readonly checkpoints: Readonly<Record<Side, Checkpoint>>;
  readonly division: Division;
  /** How documents are compared. */
  readonly digest: Digest;
  readonly tally: Tally;
  readonly patience: PatienceOptions;
  readonly report?: Report;
  readonly options: ComparisonOptions;
  readonly context: Context;
}

/** Reads both, prints what differs, and repairs it if that is asked for; resolves with what was found. */
export async function compare(work: Comparison): Promise<Verdict> {
  const { ends, checkpoints, tally, report, context } = work;
  const { signal, talk } = context;
  const meters = SIDES.map((side) => ends[side].connection.meter);
  const counts = SIDES.map((side) => ends[side].facts.documentCount);
  const isFresh = SIDES.every((side) => checkpoints[side].positions().length === 0);
  if (isFresh && counts.every((count) => count !== undefined))
    tally.expected = counts.reduce((sum, count) => sum + count, 0);
  const verdict = new Verdict();
  const progress = talk.progress({ tally, meters });
  const findings = new Findings();
  keepYoungGeneration();
  const clear = setInterval(collectGarbage, CLEAR_MS);
  let isUnheard = false;
  try {
    await together(
      SIDES.map((side) => (stop: AbortSignal) => addUp(side, stop, work)),
      signal,
    );
    if (signal.aborted) return verdict;
    const [source, target] = SIDES.map((side) => totalsOf(checkpoints[side].notes())) as [never, never];
    Object.assign(verdict.read, { source: countOf(source), target: countOf(target) });
    const buckets = differingBuckets(source, target);
    await together(
      SIDES.map((side) => (stop: AbortSignal) => readAgain(side, buckets, findings, stop, work)),
      signal,
    );
    if (buckets.length > 0) await sleep(work.options.settle, undefined, { signal });
    progress.stop();
    await tell(findings, verdict, work);
    if (signal.aborted) return verdict;
    verdict.isWhole = true;
    await report?.finish(`${JSON.stringify(verdict.facts)}\n`);
    return verdict;
  } catch (error) {
    // Whoever has read enough does not want to hear of it.
    isUnheard = error instanceof ClosedPipe;
    // Requests are cut off by a stop, and say so.
    if (!isUnheard) signal.throwIfAborted();
    throw error;
  } finally {
    isUnheard ||= signal.reason instanceof ClosedPipe;
    progress.stop();
    clearInterval(clear);
    findings.close();
    if (!isUnheard) verdict.summarise(tally, meters, context);
  }
}

export interface ComparisonOptions {
  readonly repair: boolean;
  readonly verbose: boolean;
  readonly maxItemCount: number;
  readonly settle: number;
  readonly concurrency: number;
}

export const SIDES: readonly Side[] = ['source', 'target'];

/** Takes some tens of milliseconds each time. */
const CLEAR_MS = 2000;
/** Pages of one side being read at once, over all ranges; and pages of a range that are not yet committed. */
const READS_MAX = 2;
const WINDOW = 1;
/** What is read of one side and not yet added up. */
const UNCOMMITTED_BYTES_MAX = 4 * 1024 * 1024;

/** The first reading: what one side has, in sums that are stored as it goes. */
async function addUp(side: Side, signal: AbortSignal, work: Comparison): Promise<void> {
  const { ends, checkpoints, division, digest, tally } = work;
  const checkpoint = checkpoints[side];
  const within = bounded(countedSource(feed(side, work), tally), checkpoint, UNCOMMITTED_BYTES_MAX);
  const sink = summing(division, ends[side].facts.partitionKey, digest, checkpoint.notes());
  await run(within.source, countedSink(sink, tally), within.checkpoint, { window: WINDOW, signal });
}

/** The second reading: the documents of the buckets whose sums differ. */
function readAgain(
  side: Side,
  buckets: readonly number[],
  findings: Findings,
  signal: AbortSignal,
  work: Comparison,
): Promise<void> {
  const { ends, division, digest } = work;
  const definition = ends[side].facts.partitionKey;
  const limit = pLimit(READS_MAX);
  return readBuckets({
    source: feed(side, work),
    side,
    definition,
    division,
    digest,
    buckets,
    findings,
    limit,
    signal,
  });
}

function feed(side: Side, { ends, patience, options }: Comparison): Source {
  const end = ends[side];
  return feedOf(end, { ...options, follow: false, poll: 0, readsMax: READS_MAX }, patience);
}

/** Prints what differs, after it has been looked at again, and repairs it if that is asked for. */
async function tell(findings: Findings, verdict: Verdict, work: Comparison): Promise<void> {
  const { ends, digest, patience, options, report, context } = work;
  const [source, target] = SIDES.map((side) =>
    documentsOf(ends[side].connection, ends[side].facts, { ...patience, role: ends[side].role }),
  ) as [never, never];
  const found = differences(findings, {
    sides: { digest, source, target },
    definition: ends.source.facts.partitionKey,
    ...(countsDown(ends.source.facts) && { prepare: relived(ends.source.facts) }),
    repair: options.repair,
    equal: options.verbose,
    limit: pLimit(options.concurrency),
    signal: context.signal,
  });
  try {
    for await (const difference of found) {
      verdict.count(difference);
      const line = lineOf(difference);
      await print(line, context);
      await report?.write(line);
    }
  } catch (error) {
    throw toFlowError(error, 'target', ends.target.name);
  }
}

function print(line: string, { stdout }: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(stdout.isTTY ? escapeInJson(line) : line, (error) =>
      error ? reject(outputFailure(error)) : resolve(),
    );
  });
}

/** Does all of it at once. The first failure stops the rest, and is thrown when nothing is under way any more. */
async function together(
  works: readonly ((signal: AbortSignal) => Promise<void>)[],
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  await Promise.all(
    works.map((work) =>
      work(stop).catch((error: unknown) => {
        if (!failure.signal.aborted) failure.abort(error);
      }),
    ),
  );
  failure.signal.throwIfAborted();
}
