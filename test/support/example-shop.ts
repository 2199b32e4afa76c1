import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { lineOf } from '../../src/dead-letter/letter.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/emulator/emulator.ts';
import { startReceiver } from '../../src/receiver/receiver.ts';
import { orderText } from '../../src/sources/order.ts';
import { letterOf } from '../dead-letter/letters.ts';
import { NOWHERE, RECEIVER } from '../receiver/rig.ts';
import { upsertText } from './contents.ts';
import { pipelinesInReadme } from './readme.ts';
import { runCli, useDirectory } from './run-cli.ts';

/** The shop that the examples in help and README are about: the same orders and users wherever it is. */
export class ExampleShop {
  readonly #directory: string;
  readonly #servers: Emulator[] = [];

  static async open(): Promise<ExampleShop> {
    const shop = new ExampleShop(mkdtempSync(join(tmpdir(), 'cosmosflow-shop-')));
    const server = await startEmulator({ data: shop.#file });
    await fill(server);
    await server.close();
    await shop.#refuseAll();
    return shop;
  }

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** A server that has the shop, in memory or where else it is told; closed with the shop at the latest. */
  async serve(options: EmulatorOptions): Promise<Emulator> {
    const server = await startEmulator(options);
    this.#servers.push(server);
    await fill(server);
    return server;
  }

  /** A directory for one test, with the shop in the place of the embedded server's data, and what was once set aside. */
  async directory(): Promise<string> {
    const directory = useDirectory();
    mkdirSync(join(directory, '.cosmosflow'));
    await copyFile(this.#file, join(directory, '.cosmosflow', 'embedded.db'));
    await copyFile(join(this.#directory, LETTERS), join(directory, LETTERS));
    await writeFile(join(directory, 'dead.ndjson'), lineOf(letterOf()));
    await writeFile(join(directory, 'pipelines.yaml'), pipelinesInReadme());
    return directory;
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** Leaves dead letters behind, of a receiver that takes nothing. */
  async #refuseAll(): Promise<void> {
    const receiver = await startReceiver(NOWHERE, { ...RECEIVER, risks: [{ mishap: 422, share: 1 }] });
    const data = ['--embedded-data', this.#file, '--checkpoint', join(this.#directory, 'refused.db')];
    const args = ['tail', 'embedded:shop/orders', '-e', '--to', receiver.url, '--dead-letter', LETTERS, ...data];
    const { status, stderr } = await runCli(args, { cwd: this.#directory });
    await receiver.close();
    if (status !== 3) throw new Error(`a receiver that takes nothing ended with ${status}: ${stderr}`);
  }

  get #file(): string {
    return join(this.#directory, 'embedded.db');
  }
}

const ORDERS = 40;
const LETTERS = 'dead.ndjson';

/** Its copy of the orders is whole. All versions are kept. */
async function fill(server: Emulator): Promise<void> {
  const client = new CosmosClient({ endpoint: server.endpoint, key: server.key });
  const { database } = await client.databases.create({ id: 'shop' });
  for (const [id, partitionKey] of [
    ['orders', '/customerId'],
    ['orders-copy', '/customerId'],
    ['users', '/id'],
  ] as const) {
    await database.containers.create({ id, partitionKey, changeFeedPolicy: { retentionDuration: 10 } });
  }
  client.dispose();
  for (let index = 0; index < ORDERS; index++) {
    const order = orderText(1, index, 0);
    const key = JSON.stringify([(JSON.parse(order) as { customerId: string }).customerId]);
    await upsertText(server, 'shop/orders', key, order);
    await upsertText(server, 'shop/orders-copy', key, order);
  }
  await upsertText(server, 'shop/users', '["ann"]', '{"id":"ann","name":"Ann"}');
}
