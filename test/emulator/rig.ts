import { Agent } from 'node:https';
import { type Container, type ContainerRequest, CosmosClient } from '@azure/cosmos';
import { onTestFinished } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';

export interface Rig {
  readonly emulator: Emulator;
  readonly client: CosmosClient;
  readonly container: Container;
}

type Policies = Pick<ContainerRequest, 'defaultTtl' | 'changeFeedPolicy' | 'indexingPolicy' | 'uniqueKeyPolicy'>;
type RigOptions = EmulatorOptions & Policies & Pick<ContainerRequest, 'partitionKey'>;

/** A server of this test's own, with the container `db/items`, and a client. All are closed when the test ends. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const { partitionKey = { paths: ['/pk'], version: 2 }, defaultTtl, ...others } = options;
  const { changeFeedPolicy, indexingPolicy, uniqueKeyPolicy, ...rest } = others;
  const policies = {
    ...(defaultTtl !== undefined && { defaultTtl }),
    ...(changeFeedPolicy && { changeFeedPolicy }),
    ...(indexingPolicy && { indexingPolicy }),
    ...(uniqueKeyPolicy && { uniqueKeyPolicy }),
  };
  const emulator = await openEmulator(rest);
  const client = connect(emulator);
  const { database } = await client.databases.create({ id: 'db' });
  const { container } = await database.containers.create({ id: 'items', partitionKey, ...policies });
  return { emulator, client, container };
}

type Account = Pick<Emulator, 'endpoint' | 'key'> & Partial<Pick<Emulator, 'certificate'>>;
type ClientOptions = Partial<ConstructorParameters<typeof CosmosClient>[0] & object>;

export async function openEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** A client that trusts the certificate of the server if it has one. */
export function connect({ endpoint, key, certificate }: Account, options: ClientOptions = {}): CosmosClient {
  const agent = certificate && new Agent({ keepAlive: true, ca: certificate.pem });
  const client = new CosmosClient({ endpoint, key, ...(agent && { agent }), ...options });
  onTestFinished(() => {
    client.dispose();
    agent?.destroy();
  });
  return client;
}
