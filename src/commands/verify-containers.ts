import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import pLimit from 'p-limit';
import { assertUsable, type CheckpointOptions, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Checkpoint, Source } from '../contract.ts';
import { parseAddress } from '../cosmos/address.ts';
import { isSameKey } from '../cosmos/container.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { bounded } from '../pipeline/bounded.ts';
import { run } from '../pipeline/run.ts';
import { counted as countedSink } from '../sinks/counted.ts';
import { counted as countedSource } from '../sources/counted.ts';
import { FlowError } from '../support/error.ts';
import { escapeInJson } from '../support/escape.ts';
import { ClosedPipe, outputFailure } from '../support/output.ts';
import type { PatienceOptions } from '../support/patience.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { differences } from '../verify/differences.ts';
import { type Division, divisionOf } from '../verify/division.ts';
import { documentsOf } from '../verify/documents.ts';
import { Findings, type Side } from '../verify/findings.ts';
import { lineOf } from '../verify/line.ts';
import { paced } from '../verify/paced.ts';
import { readBuckets } from '../verify/reading.ts';
import { openReport, type Report } from '../verify/report.ts';
import { countOf, differingBuckets, summing, totalsOf } from '../verify/sums.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import type { Context } from './command.ts';
import { type CopyOptions, keyMismatch } from './copy-container.ts';
import { assertApart, type End, feedOf, openEnd, sameContainer } from './end.ts';
import { patiently } from './patiently.ts';
import { Verdict } from './verdict.ts';
import { PAGE_ITEMS } from './verify.ts';

export interface VerifyOptions extends AccountsOptions, CheckpointOptions {
  readonly repair: boolean;
  readonly verbose: boolean;
  readonly report: string | undefined;
  readonly resume: boolean;
  readonly checkpoint: string;
  readonly maxItemCount: number;
  readonly readRu: number | undefined;
  readonly settle: number;
  readonly concurrency: number;
  readonly patience: number;
}

/**
 * Compares two containers and prints what differs. Resolves when they are equal, or all differences are repaired, or it
 * is told to stop; else throws that they differ.
 */
export async function verifyContainers(
  sourceText: string,
  targetText: string,
  options: VerifyOptions,
  context: Context,
): Promise<void> {
  if (options.resume && options.restart)
    throw new FlowError('usage', '--resume and --restart exclude each other', { hint: 'give one of them' });
  // Short-lived objects would be given three times as much room as everything else here needs, for little speed.
  setFlagsFromString('--semi-space-growth-factor=1');
  const verdict = await scoped(async (own) => {
    const [from, to] = [parseAddress(sourceText), parseAddress(targetText)];
    const accounts = own(new Accounts(context, options));
    const names = { source: accounts.nameOf(from, 'source'), target: accounts.nameOf(to, 'target') };
    if (names.source === names.target) throw sameContainer(sourceText);
    const jobs = SIDES.map((side) => ({ ...names, mode: `verify, reading the ${side}` }));
    jobs.forEach((job, index) => void assertUsable(fileOf(SIDES[index] as Side, options), job, options));

    const tally = new Tally();
    const patience: PatienceOptions = {
      budgetMs: options.patience,
      signal: context.signal,
      onWait: () => void tally.retries++,
    };
    const connect = async () => ({
      source: await openEnd(accounts, from, 'source', context),
      target: await openEnd(accounts, to, 'target', context),
    });
    const ends = await context.talk.waiting(`connecting to ${sourceText} and ${targetText}`, () =>
      patiently(connect, patience),
    );
    await assertApart(ends.source, ends.target, sourceText);
    if (!isSameKey(ends.source.facts.partitionKey, ends.target.facts.partitionKey))
      throw keyMismatch(ends.source.facts, ends.target.facts);

    const ids = { sourceRid: ends.source.facts.rid, targetRid: ends.target.facts.rid };
    const [one, other] = jobs.map((job, index) =>
      own(openCheckpoint(fileOf(SIDES[index] as Side, options), { ...job, ...ids }, options)),
    ) as [Checkpoint, Checkpoint];
    if (one.positions().length > 0) context.talk.note(`going on where "${options.checkpoint}" says`);
    const report = options.report === undefined ? undefined : own(await openReport(options.report));
    const division = divisionOf(ends.source.facts.partitionKey, ends.target.facts.partitionKey);
    const work = { ends, checkpoints: { source: one, target: other }, division, tally, patience, options, context };
    return report ? compare({ ...work, report }) : compare(work);
  });
  if (context.signal.aborted) return;
  // What is known is known: another run starts anew, with whatever containers.
  for (const side of SIDES)
    for (const end of ['', '-wal', '-shm']) rmSync(fileOf(side, options) + end, { force: true });
  verdict.assertEqual(options);
}

/** The same at the end of a copy: anew, and beside its checkpoint. */
export function verifyAfterCopy(
  sourceText: string,
  targetText: string,
  options: CopyOptions,
  context: Context,
): Promise<void> {
  return verifyContainers(
    sourceText,
    targetText,
    {
      ...options,
      repair: false,
      verbose: false,
      report: undefined,
      resume: false,
      restart: true,
      checkpoint: `${options.checkpoint}.verify`,
      maxItemCount: Math.min(options.maxItemCount, PAGE_ITEMS),
      readRu: undefined,
      // Nothing is on its way any more.
      settle: 0,
    },
    context,
  );
}

const SIDES: readonly Side[] = ['source', 'target'];

function fileOf(side: Side, { checkpoint }: VerifyOptions): string {
  return side === 'source' ? checkpoint : `${checkpoint}.target`;
}

interface Work {
  readonly ends: Readonly<Record<Side, End>>;
  readonly checkpoints: Readonly<Record<Side, Checkpoint>>;
  readonly division: Division;
  readonly tally: Tally;
  readonly patience: PatienceOptions;
  readonly report?: Report;
  readonly options: VerifyOptions;
  readonly context: Context;
}

async function compare(work: Work): Promise<Verdict> {
  const { ends, checkpoints, tally, report, context } = work;
  const { signal, talk } = context;
  const meters = SIDES.map((side) => ends[side].connection.meter);
  const counts = SIDES.map((side) => ends[side].facts.documentCount);
  if (counts.every((count) => count !== undefined)) tally.expected = counts.reduce((sum, count) => sum + count, 0);
  const verdict = new Verdict();
  const progress = talk.progress({ tally, meters });
  const findings = new Findings();
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
    progress.stop();
    findings.close();
    if (!isUnheard) verdict.summarise(tally, meters, context);
  }
}

/** Pages of one side being read at once, over all ranges; and pages of a range that are not yet committed. */
const READS_MAX = 2;
const WINDOW = 2;
/** What is read of one side and not yet added up. */
const UNCOMMITTED_BYTES_MAX = 4 * 1024 * 1024;

/** The first reading: what one side has, in sums that are stored as it goes. */
async function addUp(side: Side, signal: AbortSignal, work: Work): Promise<void> {
  const { ends, checkpoints, division, tally } = work;
  const checkpoint = checkpoints[side];
  const within = bounded(countedSource(feed(side, work), tally), checkpoint, UNCOMMITTED_BYTES_MAX);
  const sink = summing(division, ends[side].facts.partitionKey, checkpoint.notes());
  await run(within.source, countedSink(sink, tally), within.checkpoint, { window: WINDOW, signal });
}

/** The second reading: the documents of the buckets whose sums differ. */
function readAgain(
  side: Side,
  buckets: readonly number[],
  findings: Findings,
  signal: AbortSignal,
  work: Work,
): Promise<void> {
  const { ends, division } = work;
  const definition = ends[side].facts.partitionKey;
  const limit = pLimit(READS_MAX);
  return readBuckets({ source: feed(side, work), side, definition, division, buckets, findings, limit, signal });
}

function feed(side: Side, { ends, patience, options }: Work): Source {
  const end = ends[side];
  const source = feedOf(end, { ...options, follow: false, poll: 0, readsMax: READS_MAX }, patience);
  return options.readRu === undefined ? source : paced(source, end.connection.meter, options.readRu);
}

/** Prints what differs, after it has been looked at again, and repairs it if that is asked for. */
async function tell(findings: Findings, verdict: Verdict, work: Work): Promise<void> {
  const { ends, patience, options, report, context } = work;
  const [source, target] = SIDES.map((side) =>
    documentsOf(ends[side].connection, ends[side].facts, { ...patience, role: ends[side].role }),
  ) as [never, never];
  const found = differences(findings, {
    sides: { source, target },
    definition: ends.source.facts.partitionKey,
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
