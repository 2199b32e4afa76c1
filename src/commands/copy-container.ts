import pLimit from 'p-limit';
import { assertUsable, type CheckpointOptions, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Sink, Source } from '../contract.ts';
import { type Address, parseAddress } from '../cosmos/address.ts';
import type { Connection } from '../cosmos/connection.ts';
import {
  type ContainerFacts,
  createContainer,
  findContainer,
  isSameKey,
  readContainer,
  templateOf,
} from '../cosmos/container.ts';
import { faultOf, isTransient, toFlowError } from '../cosmos/faults.ts';
import { cosmosSink } from '../sinks/cosmos.ts';
import { retrying as retryingSink } from '../sinks/retrying.ts';
import { changeFeed } from '../sources/change-feed.ts';
import { retrying as retryingSource } from '../sources/retrying.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import type { PatienceOptions } from '../support/patience.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import { type Between, type BetweenOptions, between } from './between.ts';
import type { Context } from './command.ts';
import { patiently } from './patiently.ts';
import { DRAIN_MS, transfer } from './transfer.ts';

export interface CopyOptions extends AccountsOptions, CheckpointOptions, BetweenOptions {
  readonly follow: boolean;
  readonly resume: boolean;
  readonly checkpoint: string;
  readonly concurrency: number;
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
  await scoped(async (own) => {
    const accounts = own(new Accounts(context, options));
    const names = { source: accounts.nameOf(from, 'source'), target: accounts.nameOf(to, 'target') };
    if (names.source === names.target) throw sameContainer(sourceText);
    const job = { ...names, mode: work.mode('latest version') };
    // Before a target is created for a job that is then refused.
    assertUsable(options.checkpoint, job, options);

    const tally = new Tally();
    const ends = await context.talk.waiting(`connecting to ${sourceText} and ${targetText}`, () =>
      patiently(() => connect(accounts, from, to, work, context), patienceOf(tally, options, context.signal)),
    );
    await assertApart(ends, sourceText);
    const ids = { sourceRid: ends.source.facts.rid, targetRid: ends.target.facts.rid };
    const checkpoint = own(openCheckpoint(options.checkpoint, { ...job, ...ids }, options));
    const isFresh = checkpoint.positions().every(({ resumeAt }) => resumeAt === undefined);
    if (isFresh) tally.expected = ends.source.facts.documentCount;
    else context.talk.note(`going on where "${options.checkpoint}" says`);
    if (options.follow) tally.onCaughtUp = sayOnce(context, tally, 'caught up; following what changes until Ctrl-C');

    const [source, sink] = [
      readFrom(ends.source, tally, options, context),
      writeTo(ends.target, tally, options, context),
    ];
    const meters = [ends.source.connection.meter, ends.target.connection.meter];
    await transfer(
      {
        source,
        sink,
        checkpoint,
        tally,
        meters,
        between: (all) => work.wrap(all, tally, ends.source.facts.partitionKey),
      },
      context,
    );
  });
}

interface End {
  readonly connection: Connection;
  readonly facts: ContainerFacts;
  readonly name: string;
}

/** Pages being read at once, over all ranges. */
const READS_MAX = 16;

async function connect(
  accounts: Accounts,
  from: Address,
  to: Address,
  { assertKeeps }: Between,
  context: Context,
): Promise<{ source: End; target: End }> {
  const source = await openEnd(await accounts.connect(from, 'source'), from, 'source', context, readContainer);
  assertKeeps(source.facts.partitionKey);
  const target = await openEnd(await accounts.connect(to, 'target'), to, 'target', context, async (client, name) => {
    const found = await findContainer(client, name);
    if (found) return found;
    await createContainer(client, name, templateOf(source.facts.definition));
    context.talk.note(`created ${name.database}/${name.container} like the source`);
    return readContainer(client, name);
  });
  if (!isSameKey(source.facts.partitionKey, target.facts.partitionKey)) throw keyMismatch(source.facts, target.facts);
  return { source, target };
}

async function openEnd(
  connection: Connection,
  address: Address,
  role: 'source' | 'target',
  { signal }: Context,
  open: (client: Connection['client'], address: Address) => Promise<ContainerFacts>,
): Promise<End> {
  const name = `${role} "${address.database}/${address.container}"`;
  const facts = await open(connection.client, address).catch((error: unknown) => {
    signal.throwIfAborted();
    throw toFlowError(error, role, name);
  });
  return { connection, facts, name };
}

function readFrom({ connection, facts, name }: End, tally: Tally, options: CopyOptions, context: Context): Source {
  const source = changeFeed(connection, facts, {
    maxItemCount: options.maxItemCount,
    follow: options.follow,
    pollMs: options.poll,
    limit: pLimit(READS_MAX),
    signal: context.signal,
  });
  return retryingSource(source, {
    ...patienceOf(tally, options, context.signal),
    isTransient: (error) => {
      const fault = faultOf(error);
      return fault !== undefined && isTransient(fault);
    },
    explain: (error) => toFlowError(error, 'source', name),
  });
}

function writeTo({ connection, facts }: End, tally: Tally, options: CopyOptions, context: Context): Sink {
  const sink = cosmosSink(connection, facts, { concurrency: options.concurrency });
  // What was read is to be written even after a stop.
  return retryingSink(sink, patienceOf(tally, options, later(context.signal, DRAIN_MS)));
}

function patienceOf(tally: Tally, options: CopyOptions, signal: AbortSignal): PatienceOptions {
  return { budgetMs: options.patience, signal, onWait: () => void tally.retries++ };
}

function sayOnce({ talk }: Context, tally: Tally, text: string): () => void {
  return () => {
    tally.onCaughtUp = () => {};
    // From here on it counts how far behind the run is, not how much there was at its start.
    tally.expected = undefined;
    talk.note(text);
  };
}

/** One account may go by several names: then the container itself tells. */
async function assertApart({ source, target }: { source: End; target: End }, name: string): Promise<void> {
  if (source.facts.rid !== target.facts.rid) return;
  const [one, other] = [
    await source.connection.client.getWriteEndpoint(),
    await target.connection.client.getWriteEndpoint(),
  ];
  if (one === other) throw sameContainer(name);
}

function sameContainer(name: string): FlowError {
  return new FlowError('same_container', `source and target are the same container, "${name}"`, {
    hint: 'give the target another name, or another account with COSMOS_TARGET_URI and COSMOS_TARGET_KEY',
  });
}

function keyMismatch(source: ContainerFacts, target: ContainerFacts): FlowError {
  const [wanted, found] = [source.partitionKey.paths.join(', '), target.partitionKey.paths.join(', ')];
  return new FlowError('partition_key_mismatch', `the target is partitioned by "${found}", the source by "${wanted}"`, {
    hint: 'name a target that does not exist yet: it is created like the source',
  });
}
