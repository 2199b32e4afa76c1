import type { ContainerRequest } from '@azure/cosmos';
import { forgetful } from '../checkpoint/forgetful.ts';
import { type JobNames, targetGone } from '../checkpoint/job.ts';
import { type CheckpointOptions, goesOn, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Source } from '../contract.ts';
import { type Address, type ContainerName, parseAddress } from '../cosmos/address.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, createContainer, findContainer, readContainer } from '../cosmos/container.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { keyBy, type PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { flawless } from '../sinks/flawless.ts';
import type { Newness } from '../sinks/if-newer.ts';
import { retrying } from '../sinks/retrying.ts';
import { countedStrategic } from '../sinks/strategic.ts';
import type { StrategyName } from '../sinks/strategies.ts';
import { type Peeked, peeked } from '../sources/peeked.ts';
import { later } from '../support/later.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import { assertFills, type BatchOptions, batchingFrom } from './batch-flags.ts';
import type { TermsOptions } from './budget-flags.ts';
import type { Context } from './command.ts';
import { assertKnown } from './first-documents.ts';
import { patiently } from './patiently.ts';
import { openRefusals, type RefusalOptions, type Refusals } from './refusals.ts';
import { assertRetains, retaining } from './retention.ts';
import { assertPartitioned } from './target-key.ts';
import { readAhead, readAheadOfNew, setTerms } from './terms.ts';
import { DRAIN_MS, transfer } from './transfer.ts';

export interface FillOptions extends AccountsOptions, CheckpointOptions, RefusalOptions, TermsOptions, BatchOptions {
  readonly write: StrategyName;
  readonly patience: number;
  /** Where to keep how far it is; nowhere when not given. */
  readonly checkpoint: string | undefined;
  /** Paths of the partition key of a container that is created. */
  readonly targetPartitionKey: readonly string[] | undefined;
  /** How long it retains all versions and deletes; not at all when not given. */
  readonly retainVersions: number | undefined;
}

/** What a container is filled with that does not come from another one. */
export interface FillJob {
  readonly source: string;
  /** All that makes its records others. */
  readonly mode: string;
  /** How many records there are, where that is known. */
  readonly expected: number | undefined;
  /** The same, when nobody says; `undefined` when a container must be there. */
  readonly partitionKeyPath: string | undefined;
  /** Not to write over anything newer. */
  readonly newness?: Newness | undefined;
  /** What becomes of refused records, when not what the flags of refusals say. */
  refusals?(names: JobNames, tally: Tally): Promise<Refusals>;
  open(facts: Pick<ContainerFacts, 'partitionKey'>, pageItemsMax: number): Source;
  /** Told how far it came, when it was stopped. */
  onStopped(resumeAt: string): void;
}

/** Writes all that a source has into a container; resolves when it is durable or it is told to stop. */
export async function fillContainer(
  target: string,
  job: FillJob,
  options: FillOptions,
  context: Context,
): Promise<void> {
  const address = parseAddress(target);
  assertFills(options);
  const { signal, talk } = context;
  await scoped(async (own) => {
    const accounts = own(new Accounts(context, options));
    const names = { source: job.source, target: accounts.nameOf(address, 'target'), mode: job.mode };
    const file = options.checkpoint;
    const hasProgress = file !== undefined && goesOn(file, names, options);
    const tally = new Tally();
    tally.expected = job.expected;
    const refusals = own(await (job.refusals?.(names, tally) ?? openRefusals(options, names, tally, talk, toMend)));
    const waiting = { budgetMs: options.patience, onWait: () => void tally.retries++ };
    const patience = { ...waiting, signal };
    const { connection, found } = await talk.waiting(`connecting to ${target}`, () =>
      patiently(() => find(accounts, address, job, options, context), patience),
    );
    let first: Peeked | undefined;
    if (!found) {
      if (hasProgress) throw targetGone(names.target, file);
      // What cannot be read, or would all be in one place, is to leave no container behind.
      const partitionKey = keyOf(job, options);
      first = own(await peeked(job.open({ partitionKey }, readAheadOfNew(options).pageItems), signal));
      assertKnown(first.page?.changes ?? [], partitionKey);
    }
    const facts = await patiently(async () => {
      const made = found ?? (await make(connection, address, keyOf(job, options), options, context));
      await setTerms({ connection, facts: made, role: 'target' }, options, context);
      return made;
    }, patience);
    const { pageItems, bytesMax } = readAhead({ connection, facts }, Number.POSITIVE_INFINITY);
    const source = first?.source ?? job.open(facts, pageItems);
    // Positions tell by themselves whether they are of the same file.
    const rids = { sourceRid: '', targetRid: facts.rid };
    const checkpoint = own(file === undefined ? forgetful() : openCheckpoint(file, { ...names, ...rids }, options));
    if (checkpoint.positions().length > 0) talk.note(`going on where "${file}" says`);
    const writing = { ...options, ...batchingFrom(options), newness: job.newness };
    const patient = retrying(countedStrategic(connection, facts, tally, writing), {
      ...waiting,
      signal: later(signal, DRAIN_MS),
    });
    try {
      await transfer(
        { source, sink: refusals.around(flawless(patient)), checkpoint, tally, meters: [connection.meter], bytesMax },
        context,
      );
    } finally {
      const resumeAt = checkpoint.positions()[0]?.resumeAt;
      if (signal.aborted && resumeAt !== undefined && file === undefined) job.onStopped(resumeAt);
    }
    refusals.report();
  });
}

/** The container, where it is there. */
async function find(
  accounts: Accounts,
  name: Address,
  { partitionKeyPath }: FillJob,
  { targetPartitionKey: wanted, retainVersions }: FillOptions,
  { signal }: Context,
): Promise<{ readonly connection: Connection; readonly found: ContainerFacts | undefined }> {
  const connection = await accounts.connect(name, 'target');
  const found = await translated(name, signal, () =>
    (partitionKeyPath === undefined ? readContainer : findContainer)(connection.client, name),
  );
  if (found && wanted) assertPartitioned(found.partitionKey, wanted);
  if (found && retainVersions !== undefined) assertRetains(found, retainVersions);
  return { connection, found };
}

async function make(
  { client }: Connection,
  name: ContainerName,
  partitionKey: PartitionKeyDefinition,
  { retainVersions }: FillOptions,
  { signal, talk }: Context,
): Promise<ContainerFacts> {
  const made = await translated(name, signal, async () => {
    await createContainer(client, name, { partitionKey, ...retaining(retainVersions) } as ContainerRequest);
    return readContainer(client, name);
  });
  talk.note(`created ${name.database}/${name.container}, partitioned by ${partitionKey.paths.join()}`);
  return made;
}

/** Nothing comes again by itself from a file. */
function toMend(file: string): string {
  return `their documents, to mend and import: cosmosflow dead-letter show ${file} --documents`;
}

function keyOf({ partitionKeyPath }: FillJob, { targetPartitionKey: wanted }: FillOptions): PartitionKeyDefinition {
  return keyBy(wanted ?? [partitionKeyPath as string]);
}

async function translated<Result>(
  { database, container }: ContainerName,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw toFlowError(error, 'target', `target "${database}/${container}"`);
  }
}
