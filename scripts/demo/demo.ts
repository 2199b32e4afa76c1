import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Chalk } from 'chalk';
import { Connection } from '../../src/cosmos/connection.ts';
import { findContainer } from '../../src/cosmos/container.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { formatDuration } from '../../src/support/duration.ts';
import { type Cosmosflow, start } from './cosmosflow.ts';
import { fingerprint } from './fingerprint.ts';

const ORDERS = 20_000;
const RANGES = 4;
const SOURCE = { database: 'shop', container: 'orders' };
const TARGET = { database: 'shop', container: 'orders-copy' };

const isPlain = !process.stdout.isTTY || process.env.NO_COLOR;
const colour = new Chalk(isPlain ? { level: 0 } : {});
const startedAt = performance.now();
const directory = mkdtempSync(join(tmpdir(), 'cosmosflow-demo-'));
let server: Cosmosflow | undefined;
try {
  process.exitCode = (await demo()) ? 0 : 1;
} finally {
  await server?.stop();
  rmSync(directory, { recursive: true });
}

async function demo(): Promise<boolean> {
  title('cosmosflow: copy a container, be killed half-way, go on, lose nothing');

  step(1, `an Azure Cosmos DB endpoint on this machine, ${RANGES} physical ranges`);
  server = start(
    ['emulator', '--port', '0', '--ranges', String(RANGES), '--data', join(directory, 'demo.db'), '--quiet'],
    directory,
  );
  const endpoint = /http:\S+/.exec(await server.line())?.[0] ?? '';
  const host = new URL(endpoint).host;
  const connection = new Connection({ endpoint, key: EMULATOR_KEY });
  const addresses = [`cosmos://${host}/shop/orders`, `cosmos://${host}/shop/orders-copy`] as const;

  step(2, `produce ${ORDERS.toLocaleString('en-US')} orders`);
  await start(['produce', addresses[0], '--count', String(ORDERS)], directory).succeeded();

  step(3, 'copy them, and pull the plug (SIGKILL) half-way');
  const doomed = start(['copy', ...addresses], directory);
  const arrived = await killAtHalf(connection, doomed);
  say(`killed with ${arrived.toLocaleString('en-US')} of ${ORDERS.toLocaleString('en-US')} documents in the target`);

  step(4, 'run the same command again');
  await start(['copy', ...addresses], directory).succeeded();

  step(5, 'compare source and target, byte for byte but for the system properties');
  const [source, target] = [await fingerprint(connection, SOURCE), await fingerprint(connection, TARGET)];
  await connection.close();
  const isEqual = source.documents === ORDERS && source.documents === target.documents && source.hash === target.hash;
  say(`source  ${source.documents.toLocaleString('en-US')} documents  sha256 ${source.hash.slice(0, 32)}…`);
  say(`target  ${target.documents.toLocaleString('en-US')} documents  sha256 ${target.hash.slice(0, 32)}…`);
  say(isEqual ? colour.green('source and target are equal') : colour.red('source and target DIFFER'));

  close(isEqual, arrived);
  return isEqual;
}

async function killAtHalf(connection: Connection, copy: Cosmosflow): Promise<number> {
  for (;;) {
    const count = (await findContainer(connection.client, TARGET))?.documentCount ?? 0;
    if (count >= ORDERS / 2) {
      if (!(await copy.kill())) throw new Error('the copy was over before it could be killed; run the demo again');
      return count;
    }
    await sleep(5);
  }
}

function close(isEqual: boolean, arrived: number): void {
  title(`${isEqual ? 'Done' : 'Failed'} in ${formatDuration(performance.now() - startedAt)}`);
  say(
    `${ORDERS.toLocaleString('en-US')} orders written, copied over ${RANGES} ranges, killed at ${arrived.toLocaleString('en-US')}, resumed from the`,
  );
  say('checkpoint, compared. No account, no Docker, nothing left behind.');
  say('');
  say('Try next:');
  say('  npx cosmosflow produce embedded:shop/orders --count 10000');
  say('  npx cosmosflow copy embedded:shop/orders embedded:shop/orders-copy');
  say('  npx cosmosflow emulator --port 8081      # an endpoint for your own tests');
  say('  npx cosmosflow copy --help               # and your own account');
}

function title(text: string): void {
  console.log(`\n${colour.bold(text)}`);
}

function step(number: number, text: string): void {
  console.log(`\n${colour.cyan(`${number}.`)} ${text}`);
}

function say(text: string): void {
  console.log(`   ${text}`.trimEnd());
}
