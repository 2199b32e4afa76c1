import { rmSync } from 'node:fs';
import { type CheckpointOptions, goesOn, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Checkpoint } from '../contract.ts';
import { parseAddress } from '../cosmos/address.ts';
import { countsDown, isSameKey } from '../cosmos/container.ts';
import { formatDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';
import type { PatienceOptions } from '../support/patience.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Digest } from '../verify/digest.ts';
import { divisionOf } from '../verify/division.ts';
import type { Side } from '../verify/findings.ts';
import { openReport } from '../verify/report.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import type { TermsOptions } from './budget-flags.ts';
import type { Context } from './command.ts';
import { verifying } from './comparable.ts';
import { type ComparisonOptions, compare, SIDES } from './comparison.ts';
import type { CopyOptions } from './copy-container.ts';
import { assertApart, openEnd, sameContainer } from './end.ts';
import { copyCheckpoint, type JobEnds, jobCheckpoint } from './job-checkpoint.ts';
import { patiently } from './patiently.ts';
import { keyMismatch } from './target-key.ts';
import { setTerms } from './terms.ts';
import { PAGE_ITEMS } from './verify.ts';

export interface VerifyOptions extends AccountsOptions, CheckpointOptions, ComparisonOptions, TermsOptions {
  readonly report: string | undefined;
  readonly resume: boolean;
  readonly checkpoint: string | undefined;
  /** Where it is kept when nobody says, if not where `verify` itself keeps it. */
  readonly checkpointFor?: (names: JobEnds) => string;
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
  const { verdict, file } = await scoped(async (own) => {
    const [from, to] = [parseAddress(sourceText), parseAddress(targetText)];
    const accounts = own(new Accounts(context, options));
    const names = { source: accounts.nameOf(from, 'source'), target: accounts.nameOf(to, 'target') };
    if (names.source === names.target) throw sameContainer(sourceText);
    const file = options.checkpoint ?? (options.checkpointFor ?? verifyCheckpoint)(names);
    const jobs = SIDES.map((side) => ({ ...names, mode: `verify, reading the ${side}` }));
    jobs.forEach((job, index) => void goesOn(fileOf(SIDES[index] as Side, file), job, options));

    const tally = new Tally();
    const patience: PatienceOptions = {
      budgetMs: options.patience,
      signal: context.signal,
      onWait: () => void tally.retries++,
    };
    const connect = async () => {
      const [source, target] = [
        await openEnd(accounts, from, 'source', context),
        await openEnd(accounts, to, 'target', context),
      ];
      for (const end of [source, target]) await setTerms(end, options, context);
      return { source, target };
    };
    const ends = await context.talk.waiting(`connecting to ${sourceText} and ${targetText}`, () =>
      patiently(connect, patience),
    );
    await assertApart(ends.source, ends.target, sourceText);
    if (!isSameKey(ends.source.facts.partitionKey, ends.target.facts.partitionKey))
      throw keyMismatch(ends.source.facts, ends.target.facts);

    const ids = { sourceRid: ends.source.facts.rid, targetRid: ends.target.facts.rid };
    const [one, other] = jobs.map((job, index) =>
      own(openCheckpoint(fileOf(SIDES[index] as Side, file), { ...job, ...ids }, options)),
    ) as [Checkpoint, Checkpoint];
    sayWhenItBegan(one, file, context);
    const report = options.report === undefined ? undefined : own(await openReport(options.report));
    const division = divisionOf(ends.source.facts.partitionKey, ends.target.facts.partitionKey);
    const digest = new Digest(countsDown(ends.source.facts) ? ['ttl'] : []);
    if (digest.omitted.includes('ttl')) context.talk.note('ttl is not compared: it counts down');
    const sides = { source: one, target: other };
    const work = { ends, checkpoints: sides, division, digest, tally, patience, options, context };
    return { verdict: await compare(report ? { ...work, report } : work), file };
  });
  if (context.signal.aborted) return;
  // What is known is known: another run starts anew, with whatever containers.
  for (const side of SIDES) for (const end of ['', '-wal', '-shm']) rmSync(fileOf(side, file) + end, { force: true });
  verdict.assertEqual(options.repair ? undefined : `${verifying(sourceText, targetText)} --repair`);
}

function verifyCheckpoint(names: JobEnds): string {
  return jobCheckpoint('verify', names);
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
      checkpoint: undefined,
      checkpointFor: (names) => `${copyCheckpoint(options.checkpoint, names)}.verify`,
      maxItemCount: Math.min(options.maxItemCount, PAGE_ITEMS),
      // Nothing is on its way any more.
      settle: 0,
    },
    context,
  );
}

function fileOf(side: Side, file: string): string {
  return side === 'source' ? file : `${file}.target`;
}

/** Of a comparison that goes on, says it; of another, notes it. */
function sayWhenItBegan(checkpoint: Checkpoint, file: string, { talk }: Context): void {
  const began = checkpoint.notes().get(BEGAN);
  if (checkpoint.positions().length === 0 || began === undefined) {
    checkpoint.note(new Map([[BEGAN, String(Date.now())]]));
    return;
  }
  const ago = formatDuration(Math.max(0, Date.now() - Number(began)));
  talk.note(
    `going on where "${file}" says, with a comparison that began ${ago} ago: ` +
      'what was deleted since then may not be noticed; --restart begins anew',
  );
}

const BEGAN = 'began';
