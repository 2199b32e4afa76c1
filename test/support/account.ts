import { randomBytes } from 'node:crypto';
import { CosmosClient } from '@azure/cosmos';
import { onTestFinished } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/emulator.ts';
import { addressOf, useEmulator } from './emulator.ts';
import { foreign, needsEmbedded } from './endpoint.ts';
import { type CliOptions, type CliResult, runCli } from './run-cli.ts';
import type { Account } from './wire.ts';

export interface AccountRig {
  readonly account: Account;
  /** The stock client of the SDK. */
  readonly client: CosmosClient;
  /** Makes `shop` or `shop/orders` a name of a database of this test alone, or of a container in it. */
  named(name: string): string;
  /** The address of the container `shop/orders` of this test for the command line. */
  address(name: string): string;
  /** Runs the command line as somebody does who has this account. */
  run(args: readonly string[], options: CliOptions): Promise<CliResult>;
}

/**
 * The account of an end-to-end test: the one that the environment gives, or a fresh embedded server. Faults skip the
 * test on the former. Databases are gone when the test is over.
 */
export async function useAccount({ intercept }: Pick<EmulatorOptions, 'intercept'> = {}): Promise<AccountRig> {
  if (intercept) needsEmbedded('a hand in the requests that it gets');
  const suffix = randomBytes(4).toString('hex');
  const named = (name: string): string => name.replace(/^[^/]+/, `$&-${suffix}`);
  if (!foreign) {
    const { emulator, client } = await useEmulator(intercept ? { intercept } : {});
    return { account: emulator, client, named, address: (name) => addressOf(emulator, named(name)), run: runCli };
  }
  const { endpoint, key } = foreign;
  const client = new CosmosClient({ endpoint, key });
  onTestFinished(() => deleteDatabases(client, suffix));
  const env = { COSMOS_URI: endpoint, COSMOS_KEY: key, ...trust() };
  const run = (args: readonly string[], options: CliOptions) =>
    runCli(args, { ...options, env: { ...env, ...options.env } });
  return { account: foreign, client, named, address: named, run };
}

/** Deletes the databases whose names end so. */
export async function deleteDatabases(client: CosmosClient, suffix: string): Promise<void> {
  const { resources } = await client.databases.readAll().fetchAll();
  const ours = resources.filter(({ id }) => id.endsWith(`-${suffix}`));
  await Promise.all(ours.map(({ id }) => client.database(id).delete()));
  client.dispose();
}

/** What makes an endpoint with a certificate of its own trusted, for the processes that the tests start. */
function trust(): Record<string, string> {
  const names = ['NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name] as string]] : [])));
}
