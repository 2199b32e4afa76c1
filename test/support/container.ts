import type { ContainerRequest, PartitionKeyDefinition } from '@azure/cosmos';
import { onTestFinished } from 'vitest';
import type { Account } from '../../src/cosmos/account.ts';
import { Connection, type ConnectionOptions } from '../../src/cosmos/connection.ts';
import { type ContainerFacts, readContainer } from '../../src/cosmos/container.ts';
import type { EmulatorOptions, Exchange, Fault } from '../../src/emulator/emulator.ts';
import { type EmulatorRig, useEmulator } from './emulator.ts';

export interface ContainerRig extends EmulatorRig {
  /** Ours, to the server that has the container. */
  readonly connection: Connection;
  /** Of the container `db/items`. */
  readonly facts: ContainerFacts;
  /** What happens to requests from now on. */
  intercept: (exchange: Exchange) => Fault | undefined;
}

export interface ContainerRigOptions extends Omit<EmulatorOptions, 'intercept'>, ConnectionOptions {
  readonly partitionKey?: PartitionKeyDefinition;
  /** What else is to be said of the container. */
  readonly policies?: ContainerRequest;
}

/** A fresh server with the empty container `db/items`, by `/pk` if nothing else is said. Closed when the test ends. */
export async function useContainer({
  partitionKey = BY_PK,
  policies,
  timeoutMs,
  ...options
}: ContainerRigOptions = {}): Promise<ContainerRig> {
  const rig: { intercept: ContainerRig['intercept'] } = { intercept: () => undefined };
  const { emulator, client } = await useEmulator({ ...options, intercept: (exchange) => rig.intercept(exchange) });
  const { database } = await client.databases.create({ id: 'db' });
  await database.containers.create({ ...policies, id: 'items', partitionKey });
  const connection = useConnection(emulator, timeoutMs === undefined ? {} : { timeoutMs });
  const facts = await readContainer(connection.client, { database: 'db', container: 'items' });
  return Object.assign(rig, { emulator, client, connection, facts });
}

/** A connection that is closed when the test ends. */
export function useConnection({ endpoint, key }: Account, options: ConnectionOptions = {}): Connection {
  const connection = new Connection({ endpoint, key }, options);
  onTestFinished(() => connection.close());
  return connection;
}

/** Puts the faults on the next requests of an operation, one each. */
export function faultsOn(operation: string, faults: readonly Fault[]): (exchange: Exchange) => Fault | undefined {
  const left = [...faults];
  return (exchange) => (exchange.operation === operation ? left.shift() : undefined);
}

const BY_PK = { paths: ['/pk'], version: 2 } as PartitionKeyDefinition;
