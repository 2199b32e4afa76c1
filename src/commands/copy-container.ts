import { glanceAt } from '../checkpoint/glance.ts';
import { type JobNames, targetGone } from '../checkpoint/job.ts';
import { type CheckpointOptions, goesOn, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Position, Sink, Source } from '../contract.ts';
import { type Address, parseAddress } from '../cosmos/address.ts';
import { type ContainerFacts, findContainer, isSameKey } from '../cosmos/container.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { readProvisioned } from '../cosmos/provisioned.ts';
import { flawless } from '../sinks/flawless.ts';
import { retrying as retryingSink } from '../sinks/retrying.ts';
import { countedStrategic, type StrategicOptions } from '../sinks/strategic.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import type { PatienceOptions } from '../support/patience.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import { assertFills, type BatchOptions, batchingFrom } from './batch-flags.ts';
import { type Between, type BetweenOptions, between } from './between.ts';
import type { TermsOptions, Throughput } from './budget-flags.ts';
import type { Context } from './command.ts';
import { otherBy, verifying } from './comparable.ts';
import { comparingKeys } from './comparing-keys.ts';
import { assertMayCreate, type CreateTargetOptions, describeTarget, openTarget } from './create-target.ts';
import { announceCutOver } from './cut-over.ts';
import { assertHasVersions, assertKeysStay, copySource, jobModeOf } from './deletes.ts';
import type { Deletes } from './deletes-flags.ts';
import { assertApart, type End, feedOf, openEnd, sameContainer } from './end.ts';
import { copyCheckpoint } from './job-checkpoint.ts';
import { type Lifetime, type LifetimeOptions, lifetime } from './lifetime.ts';
import { countingOlder } from './older.ts';
import { patiently } from './patiently.ts';
import { type PlanOptions, printPlan } from './plan.ts';
import { openRefusals, type RefusalOptions } from './refusals.ts';
import { type Reshaping, type ReshapingOptions, reshaping } from './reshaping.ts';
import { keyMismatch } from './target-key.ts';
import { readAhead, setTerms } from './terms.ts';
import { DRAIN_MS, transfer } from './transfer.ts';
import { modeOf, type Transforming, type TransformingOptions, transforming } from './transforming.ts';
import type { WriteOptions } from './write-flags.ts';

export interface CopyOptions
  extends AccountsOptions,
    CheckpointOptions,
    BetweenOptions,
    LifetimeOptions,
    ReshapingOptions,
    CreateTargetOptions,
    TransformingOptions,
    RefusalOptions,
    PlanOptions,
    TermsOptions,
    BatchOptions,
    WriteOptions {
  readonly follow: boolean;
  readonly verify?: boolean;
  readonly deletes: Deletes;
  readonly deletesEvery: number;
  readonly resume: boolean;
  readonly checkpoint: string | undefined;
  /** For the source, where it is another than for the target. */
  readonly readThroughput: Throughput | undefined;
  readonly maxItemCount: number;
  readonly poll: number;
  readonly patience: number;
}

/** Copies a container and commits as it goes; resolves when it has caught up or is told to stop. */
export async function copyContainer(
  sourceText: string,
  targetText: string,
  options: CopyOptions,
  context: Context,
): Promise<void> {
  const [from, to] = [parseAddress(sourceText), parseAddress(targetText)];
  if (options.resume && options.restart)
    throw new FlowError('usage', '--resume and --restart exclude each other', { hint: 'give one of them' });
  const work = between(options);
  const life = lifetime(options);
  assertKeysStay(options);
  const reshape = reshaping(options);
  const transform = await transforming(options);
  assertFills(options, transform?.keepsNotes);
  await scoped(async (own) => {
    const accounts = own(new Accounts(context, options));
    const names = { source: accounts.nameOf(from, 'source'), target: accounts.nameOf(to, 'target') };
    if (names.source === names.target) throw sameContainer(sourceText);
    const job = { ...names, mode: modeOf(work.mode(life.mode(jobModeOf(options.deletes, reshape))), transform) };
    const file = copyCheckpoint(options.checkpoint, names);
    // Before a target is created for a job that is then refused.
    const hasProgress = !options.dryRun && goesOn(file, job, options);

    const tally = new Tally();
    if (options.dryRun) {
      await planCopy({ accounts, from, to, life, work, reshape, job, file, tally }, options, context);
      return;
    }
    const checkNew = async (source: End): Promise<void> => {
      if (hasProgress) throw targetGone(job.target, file);
      await reshape?.assertCreates(wantedOf(source, { work, life }, options, context), source.facts, context.signal);
    };
    const refusals = own(await openRefusals(options, job, tally, context.talk));
    const ends = await context.talk.waiting(`connecting to ${sourceText} and ${targetText}`, () =>
      patiently(
        () => connect(accounts, { from, to }, { work, transform, reshape, checkNew }, options, context),
        patienceOf(tally, options, context.signal),
      ),
    );
    await assertApart(ends.source, ends.target, sourceText);
    const ids = { sourceRid: ends.source.facts.rid, targetRid: ends.target.facts.rid };
    const patience = patienceOf(tally, options, context.signal);
    const { pageItems: maxItemCount, bytesMax } = readAhead(ends.target, options.maxItemCount);
    const feed = { ...options, maxItemCount, readsMax: READS_MAX };
    const keeps = transform ? undefined : ends.source.facts.partitionKey;
    const wanted = (all: Source, counts: Tally): Source =>
      work.wrap(life.wrap(all, ends.source.facts, counts), counts, keeps);
    const reshaped = reshape?.between(ends.source.facts, ends.target.facts);
    // Before there is a checkpoint: rules that are refused are no job yet.
    if (reshaped && glanceAt(file, { ...job, ...ids }, options).every(isAtStart)) {
      await reshaped.assertApart(wantedOf(ends.source, { work, life }, options, context), context);
    }
    const checkpoint = own(openCheckpoint(file, { ...job, ...ids }, options));
    const isFresh = checkpoint.positions().every(isAtStart);
    if (isFresh) tally.expected = ends.source.facts.documentCount;
    else context.talk.note(`going on where "${file}" says`);
    if (options.follow)
      announceCutOver(context, tally, otherBy(options) ? undefined : verifying(sourceText, targetText));

    const source = copySource(ends.source, options.deletes, feed, patience);
    life.announce(ends.source.facts, context.talk);
    const older = countingOlder(options, context);
    const sink = refusals.around(flawless(writeTo(ends.target, tally, { ...options, ...older }, context)));
    const meters = [ends.source.connection.meter, ends.target.connection.meter];
    const flow = transform?.over(checkpoint, ends.target.facts.partitionKey, tally) ?? {
      checkpoint,
      over: (all: Source) => all,
    };
    const flowing = {
      source,
      sink,
      checkpoint: flow.checkpoint,
      bytesMax,
      tally,
      meters,
      between: (all: Source) => flow.over(reshaped ? reshaped.over(wanted(all, tally)) : wanted(all, tally)),
    };
    const move = (within: Context): Promise<void> => transfer(flowing, within);
    if (options.deletes === 'diff') await comparingKeys(ends, move, { ...options, tally, patience }, context);
    else await move(context);
    older.report();
    refusals.report();
  });
}

function isAtStart({ resumeAt }: Position): boolean {
  return resumeAt === undefined;
}

interface CopyPlan {
  readonly accounts: Accounts;
  readonly from: Address;
  readonly to: Address;
  readonly life: Lifetime;
  readonly work: Between;
  readonly reshape: Reshaping | undefined;
  readonly job: JobNames;
  readonly file: string;
  readonly tally: Tally;
}

/** What `copyContainer` would do, as far as it can be known without doing it. */
async function planCopy(
  { accounts, from, to, life, work, reshape, job, file, tally }: CopyPlan,
  options: CopyOptions,
  context: Context,
): Promise<void> {
  const patience = patienceOf(tally, options, context.signal);
  const source = await patiently(() => openEnd(accounts, from, 'source', context), patience);
  await patiently(() => setTerms(source, readTerms(options), context), patience);
  const { facts, connection } = source;
  if (options.deletes === 'feed') await assertHasVersions(source, context.signal);
  const keeps = options.transform === undefined ? facts.partitionKey : undefined;
  if (keeps) work.assertKeeps(keeps);
  const target = await patiently(() => findTarget(accounts, to, context), patience);
  const reshaped = reshape?.between(facts, target ?? { ...facts, partitionKey: reshape.keyOf(facts.partitionKey) });
  if (!reshaped && keeps && target && !isSameKey(facts.partitionKey, target.partitionKey))
    throw keyMismatch(facts, target);
  if (!target) {
    assertMayCreate(to, options);
    await reshape?.assertCreates(wantedOf(source, { work, life }, options, context), facts, context.signal);
  }
  await printPlan(
    {
      job: { ...job, sourceRid: facts.rid, targetRid: target?.rid ?? '' },
      file,
      facts,
      source: feedOf(source, { ...options, readsMax: READS_MAX }, patience),
      between: (all) => {
        const wanted = work.wrap(life.wrap(all, facts, tally), tally, keeps);
        return reshaped?.over(wanted) ?? wanted;
      },
      meter: connection.meter,
      begins: 'beginning',
      ...describeTarget(job.target, target, facts, reshape),
      writing: { unitsPerSecond: await unitsOf(accounts, to, target, options) },
    },
    options,
    context,
  );
}

async function findTarget(accounts: Accounts, to: Address, { signal }: Context): Promise<ContainerFacts | undefined> {
  const { client } = await accounts.connect(to, 'target');
  return findContainer(client, to).catch((error: unknown) => {
    signal.throwIfAborted();
    throw toFlowError(error, 'target', `target "${to.database}/${to.container}"`);
  });
}

/** What the target may be given in a second, where that is known. */
async function unitsOf(
  accounts: Accounts,
  to: Address,
  target: ContainerFacts | undefined,
  { createThroughput: wanted, targetThroughput }: CopyOptions,
): Promise<number | undefined> {
  const { client } = await accounts.connect(to, 'target');
  const asked = typeof wanted === 'object' ? Object.values(wanted)[0] : undefined;
  const has = target ? (await readProvisioned(client, target))?.unitsPerSecond : asked;
  if (!targetThroughput) return has;
  return 'units' in targetThroughput ? targetThroughput.units : has && has * targetThroughput.share;
}

/** Pages being read at once, over all ranges. */
const READS_MAX = 16;

/** What may happen to documents on their way. */
interface Changing {
  readonly work: Between;
  readonly transform: Transforming | undefined;
  readonly reshape: Reshaping | undefined;
  /** Throws where the target is not to be created. */
  checkNew(source: End): Promise<void>;
}

/** What there is to copy at the moment. */
function wantedOf(
  source: End,
  { work, life }: Pick<CopyPlan, 'work' | 'life'>,
  options: CopyOptions,
  { signal }: Context,
): Source {
  const tally = new Tally();
  const all = feedOf(source, { ...options, follow: false, readsMax: READS_MAX }, patienceOf(tally, options, signal));
  return work.wrap(life.wrap(all, source.facts, tally), tally, source.facts.partitionKey);
}

async function connect(
  accounts: Accounts,
  { from, to }: { readonly from: Address; readonly to: Address },
  { work, transform, reshape, checkNew }: Changing,
  options: CopyOptions,
  context: Context,
): Promise<{ source: End; target: End }> {
  const source = await openEnd(accounts, from, 'source', context);
  if (options.deletes === 'feed') await assertHasVersions(source, context.signal);
  if (!transform) work.assertKeeps(source.facts.partitionKey);
  const target = await openTarget(accounts, to, { source, reshape, check: () => checkNew(source) }, options, context);
  const isSame = !transform && !reshape;
  if (isSame && !isSameKey(source.facts.partitionKey, target.facts.partitionKey))
    throw keyMismatch(source.facts, target.facts);
  await setTerms(source, readTerms(options), context);
  await setTerms(target, options, context);
  return { source, target };
}

function readTerms(options: CopyOptions): TermsOptions {
  return { ...options, targetThroughput: options.readThroughput ?? options.targetThroughput };
}

function writeTo(
  { connection, facts }: End,
  tally: Tally,
  options: CopyOptions & Pick<StrategicOptions, 'newness'>,
  context: Context,
): Sink {
  const sink = countedStrategic(connection, facts, tally, { ...options, ...batchingFrom(options) });
  // What was read is to be written even after a stop.
  return retryingSink(sink, patienceOf(tally, options, later(context.signal, DRAIN_MS)));
}

function patienceOf(tally: Tally, options: CopyOptions, signal: AbortSignal): PatienceOptions {
  return { budgetMs: options.patience, signal, onWait: () => void tally.retries++ };
}
