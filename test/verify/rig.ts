import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { CosmosClient, PartitionKeyDefinition } from '@azure/cosmos';
import type { Context } from '../../src/commands/command.ts';
import { type VerifyOptions, verifyContainers } from '../../src/commands/verify-containers.ts';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { readContainer } from '../../src/cosmos/container.ts';
import type { Emulator, Exchange, Fault } from '../../src/emulator/emulator.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { useConnection } from '../support/container.ts';
import { upsertText } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';

export interface VerifyRig {
  readonly emulator: Emulator;
  readonly client: CosmosClient;
  readonly directory: string;
  /** What happens to requests from now on. */
  intercept: (exchange: Exchange) => Fault | undefined;
  verify(options?: Partial<VerifyOptions>, signal?: AbortSignal): Promise<Outcome>;
}

export interface Outcome {
  readonly lines: readonly string[];
  /** The facts of the summary. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly error: unknown;
}

export interface VerifyRigOptions {
  readonly documents?: number;
  readonly sourceKey?: PartitionKeyDefinition;
  readonly targetKey?: PartitionKeyDefinition;
  readonly sourceRanges?: number;
  readonly targetRanges?: number;
}

/** Two containers, `db/source` and `db/target`, with the same documents. */
export async function openVerify({
  documents = 0,
  sourceKey = BY_PK,
  targetKey = BY_PK,
  sourceRanges = 1,
  targetRanges = 1,
}: VerifyRigOptions = {}): Promise<VerifyRig> {
  const hand: { intercept: VerifyRig['intercept'] } = { intercept: () => undefined };
  const { emulator, client } = await useEmulator({
    ranges: 1,
    key: EMULATOR_KEY,
    intercept: (exchange) => hand.intercept(exchange),
  });
  const { database } = await client.databases.create({ id: 'db' });
  await database.containers.create({ id: 'source', partitionKey: sourceKey });
  await database.containers.create({ id: 'target', partitionKey: targetKey });
  for (let ranges = 1; ranges < sourceRanges; ranges++) emulator.split('db', 'source');
  for (let ranges = 1; ranges < targetRanges; ranges++) emulator.split('db', 'target');
  const directory = useDirectory();
  const rig = Object.assign(hand, {
    emulator,
    client,
    directory,
    verify: (options: Partial<VerifyOptions> = {}, signal = new AbortController().signal) =>
      outcomeOf(emulator, { ...OPTIONS, checkpoint: `${directory}/verify.db`, ...options }, signal),
  });
  if (documents > 0) await fill(rig, documents);
  return rig;
}

async function fill({ emulator }: Pick<VerifyRig, 'emulator'>, documents: number): Promise<void> {
  const connection = useConnection(emulator);
  const changes = Array.from({ length: documents }, (_, index): Change => {
    const [id, pk] = [idOf(index), pkOf(index)];
    return { kind: 'upsert', key: `"${id}","${pk}"`, document: Buffer.from(textOf(index)) };
  });
  for (const container of ['source', 'target']) {
    const facts = await readContainer(connection.client, { database: 'db', container });
    await cosmosSink(connection, facts, { concurrency: 4 }).write(changes, EVERYTHING);
  }
}

/** Writes document `index`, with other members if they are given. */
export async function put(
  { emulator }: Pick<VerifyRig, 'emulator'>,
  containers: readonly ('source' | 'target')[],
  index: number,
  rest?: string,
): Promise<void> {
  const text = textOf(index, rest);
  await Promise.all(containers.map((name) => upsertText(emulator, `db/${name}`, `["${pkOf(index)}"]`, text)));
}

function textOf(index: number, rest = `"amount":${index}.25,"lines":[{"sku":"a","n":1},{"sku":"b","n":2}]`): string {
  return `{"id":"${idOf(index)}","pk":"${pkOf(index)}",${rest}}`;
}

export function remove({ client }: VerifyRig, container: 'source' | 'target', index: number): Promise<unknown> {
  return client.database('db').container(container).item(idOf(index), pkOf(index)).delete();
}

/** As lines have it. */
export function keyOf(index: number): string {
  return `["${idOf(index)}","${pkOf(index)}"]`;
}

const idOf = (index: number): string => `item-${String(index).padStart(5, '0')}`;
const pkOf = (index: number): string => `key-${index % 97}`;

export const BY_PK = { paths: ['/pk'], version: 2 } as PartitionKeyDefinition;

const OPTIONS: Omit<VerifyOptions, 'checkpoint'> = {
  repair: false,
  verbose: false,
  report: undefined,
  resume: false,
  restart: false,
  targetThroughput: undefined,
  priorityLevel: undefined,
  throughputBucket: undefined,
  maxItemCount: 100,
  settle: 0,
  concurrency: 8,
  patience: 5000,
  requestTimeout: 5000,
  embeddedData: ':memory:',
};

async function outcomeOf(emulator: Emulator, options: VerifyOptions, signal: AbortSignal): Promise<Outcome> {
  const stdout = new PassThrough();
  const printed = text(stdout);
  let facts = {};
  const context: Context = {
    environment: {},
    signal,
    stdin: () => process.stdin,
    stdout,
    talk: {
      of: () => context.talk,
      note: () => {},
      waiting: (_text, work) => work(),
      progress: () => ({ stop: () => {} }),
      summary: (_title, _rows, found) => {
        facts = found;
      },
    },
  };
  const [source, target] = [addressOf(emulator, 'db/source'), addressOf(emulator, 'db/target')];
  const error = await verifyContainers(source, target, options, context).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  stdout.end();
  return { lines: (await printed).split('\n').filter((line) => line !== ''), facts, error };
}
