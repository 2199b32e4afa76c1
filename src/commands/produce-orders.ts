import { forgetful } from '../checkpoint/forgetful.ts';
import type { ContainerName } from '../cosmos/address.ts';
import { parseAddress } from '../cosmos/address.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, createContainer, findContainer, readContainer } from '../cosmos/container.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { keyOfDocument } from '../protocol/partition-key.ts';
import { cosmosSink } from '../sinks/cosmos.ts';
import { retrying } from '../sinks/retrying.ts';
import { generator } from '../sources/generator.ts';
import { orderText } from '../sources/order.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import type { Context } from './command.ts';
import { patiently } from './patiently.ts';
import { DRAIN_MS, transfer } from './transfer.ts';

export interface ProduceOptions extends AccountsOptions {
  readonly count: number;
  readonly rate: number | undefined;
  readonly seed: number;
  readonly payloadSize: number;
  readonly concurrency: number;
  readonly patience: number;
}

/** Writes orders into a container; resolves when all are durable or it is told to stop. */
export async function produceOrders(target: string, options: ProduceOptions, context: Context): Promise<void> {
  const address = parseAddress(target);
  const { signal, talk } = context;
  await scoped(async (own) => {
    const accounts = own(new Accounts(context, options));
    const tally = new Tally();
    tally.expected = options.count;
    const waiting = { budgetMs: options.patience, onWait: () => void tally.retries++ };
    const connect = async (): Promise<{ connection: Connection; facts: ContainerFacts }> => {
      const connection = await accounts.connect(address, 'target');
      return { connection, facts: await open(connection, address, context) };
    };
    const { connection, facts } = await talk.waiting(`connecting to ${target}`, () =>
      patiently(connect, { ...waiting, signal }),
    );
    assertFits(facts, options.seed);

    const { count, seed, rate, payloadSize: payloadBytes } = options;
    const source = generator({ count, seed, rate, payloadBytes, partitionKey: facts.partitionKey });
    const sink = retrying(cosmosSink(connection, facts, { concurrency: options.concurrency }), {
      ...waiting,
      signal: later(signal, DRAIN_MS),
    });
    await transfer({ source, sink, checkpoint: forgetful(), tally, meters: [connection.meter] }, context);
  });
}

async function open(connection: Connection, name: ContainerName, { signal, talk }: Context): Promise<ContainerFacts> {
  const { client } = connection;
  try {
    const found = await findContainer(client, name);
    if (found) return found;
    await createContainer(client, name, { partitionKey: { paths: ['/customerId'], version: 2 } });
    talk.note(`created ${name.database}/${name.container}, partitioned by /customerId`);
    return await readContainer(client, name);
  } catch (error) {
    signal.throwIfAborted();
    throw toFlowError(error, 'target', `target "${name.database}/${name.container}"`);
  }
}

/** Orders without a value at the partition key would all land in one place, where nobody looks for them. */
function assertFits({ partitionKey }: ContainerFacts, seed: number): void {
  const key = keyOfDocument(JSON.parse(orderText(seed, 0, 0)), partitionKey);
  if (key.every((component) => component !== undefined)) return;
  throw new FlowError(
    'partition_key_mismatch',
    `orders have no "${partitionKey.paths.join(', ')}", the partition key of the target`,
    {
      hint: 'name a target that does not exist yet: it is created with the partition key /customerId',
    },
  );
}
