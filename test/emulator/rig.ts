import { type Container, type ContainerRequest, CosmosClient } from '@azure/cosmos';
import { onTestFinished } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';

export interface Rig {
  readonly emulator: Emulator;
  readonly client: CosmosClient;
  readonly container: Container;
}

type RigOptions = EmulatorOptions & Pick<ContainerRequest, 'partitionKey' | 'defaultTtl' | 'changeFeedPolicy'>;

/** A server of this test's own, with the container `db/items`, and a client. All are closed when the test ends. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const { partitionKey = { paths: ['/pk'], version: 2 }, defaultTtl, changeFeedPolicy, ...rest } = options;
  const policies = { ...(defaultTtl !== undefined && { defaultTtl }), ...(changeFeedPolicy && { changeFeedPolicy }) };
  const emulator = await openEmulator(rest);
  const client = connect(emulator);
  const { database } = await client.databases.create({ id: 'db' });
  const { container } = await database.containers.create({ id: 'items', partitionKey, ...policies });
  return { emulator, client, container };
}

export async function openEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

export function connect({ endpoint, key }: Pick<Emulator, 'endpoint' | 'key'>): CosmosClient {
  const client = new CosmosClient({ endpoint, key });
  onTestFinished(() => client.dispose());
  return client;
}
