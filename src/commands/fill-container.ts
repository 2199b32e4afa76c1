import type { ContainerRequest } from '@azure/cosmos';
import { forgetful } from '../checkpoint/forgetful.ts';
import type { JobNames } from '../checkpoint/job.ts';
import { assertUsable, type CheckpointOptions, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Source } from '../contract.ts';
import { type ContainerName, parseAddress } from '../cosmos/address.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, createContainer, findContainer, readContainer } from '../cosmos/container.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { keyBy } from '../protocol/partition-key.ts';
import { flawless } from '../sinks/flawless.ts';
import type { Newness } from '../sinks/if-newer.ts';
import { retrying } from '../sinks/retrying.ts';
import { strategicSink } from '../sinks/strategic.ts';
import type { StrategyName } from '../sinks/strategies.ts';
import { later } from '../support/later.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import { assertFills, type BatchOptions, batchingFrom } from './batch-flags.ts';
import type { TermsOptions } from './budget-flags.ts';
import type { Context } from './command.ts';
import { patiently } from './patiently.ts';
import { openRefusals, type RefusalOptions, type Refusals } from './refusals.ts';
import { assertPartitioned } from './target-key.ts';
import { readAhead, setTerms } from './terms.ts';
import { DRAIN_MS, transfer } from './transfer.ts';

export interface FillOptions extends AccountsOptions, CheckpointOptions, RefusalOptions, TermsOptions, BatchOptions {
  readonly write: StrategyName;
  readonly patience: number;
  /** Where to keep how far it is; nowhere when not given. */
  readonly checkpoint: string | undefined;
  /** Paths of the partition key of a container that is created. */
  readonly targetPartitionKey: readonly string[] | undefined;
}

/** What a container is filled with that does not come from another one. */
export interface FillJob {
  readonly source: string;
  /** All that makes its records others. */
  readonly mode: string;
  readonly sourceRid: string;
  /** How many records there are, where that is known. */
  readonly expected: number | undefined;
  /** The same, when nobody says; `undefined` when a container must be there. */
  readonly partitionKeyPath: string | undefined;
  /** Not to write over anything newer. */
  readonly newness?: Newness | undefined;
  /** What becomes of refused records, when not what the flags of refusals say. */
  refusals?(names: JobNames, tally: Tally): Promise<Refusals>;
  open(facts: ContainerFacts, pageItemsMax: number): Source;
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
  const { targetPartitionKey } = options;
  await scoped(async (own) => {
    const accounts = own(new Accounts(context, options));
    const names = { source: job.source, target: accounts.nameOf(address, 'target'), mode: job.mode };
    const file = options.checkpoint;
    if (file !== undefined) assertUsable(file, names, options);
    const tally = new Tally();
    tally.expected = job.expected;
    const refusals = own(await (job.refusals?.(names, tally) ?? openRefusals(options, names, tally, talk)));
    const waiting = { budgetMs: options.patience, onWait: () => void tally.retries++ };
    const connect = async (): Promise<{ connection: Connection; facts: ContainerFacts }> => {
      const connection = await accounts.connect(address, 'target');
      const facts = await open(connection, address, job.partitionKeyPath, { signal, talk, targetPartitionKey });
      await setTerms({ connection, facts, role: 'target' }, options, context);
      return { connection, facts };
    };
    const { connection, facts } = await talk.waiting(`connecting to ${target}`, () =>
      patiently(connect, { ...waiting, signal }),
    );
    const { pageItems, bytesMax } = readAhead({ connection, facts }, Number.POSITIVE_INFINITY);
    const source = job.open(facts, pageItems);
    const rids = { sourceRid: job.sourceRid, targetRid: facts.rid };
    const checkpoint = own(file === undefined ? forgetful() : openCheckpoint(file, { ...names, ...rids }, options));
    if (checkpoint.positions().length > 0) talk.note(`going on where "${file}" says`);
    const patient = retrying(
      strategicSink(connection, facts, { ...options, ...batchingFrom(options), newness: job.newness }),
      {
        ...waiting,
        signal: later(signal, DRAIN_MS),
      },
    );
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

async function open(
  connection: Connection,
  name: ContainerName,
  partitionKeyPath: string | undefined,
  {
    signal,
    talk,
    targetPartitionKey: wanted,
  }: Pick<Context, 'signal' | 'talk'> & Pick<FillOptions, 'targetPartitionKey'>,
): Promise<ContainerFacts> {
  const { client } = connection;
  try {
    if (partitionKeyPath === undefined) return await readContainer(client, name);
    const found = await findContainer(client, name);
    if (found && wanted) assertPartitioned(found.partitionKey, wanted);
    if (found) return found;
    const paths = wanted ?? [partitionKeyPath];
    await createContainer(client, name, { partitionKey: keyBy(paths) } as ContainerRequest);
    talk.note(`created ${name.database}/${name.container}, partitioned by ${paths.join()}`);
    return await readContainer(client, name);
  } catch (error) {
    signal.throwIfAborted();
    throw toFlowError(error, 'target', `target "${name.database}/${name.container}"`);
  }
}
