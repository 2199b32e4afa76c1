import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Chalk } from 'chalk';
import { Connection } from '../../src/cosmos/connection.ts';
import { containerOf, createContainer } from '../../src/cosmos/container.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { formatDuration } from '../../src/support/duration.ts';
import { type Received, readReceived } from './pipelines/received.ts';
import { runPipelines } from './pipelines/run.ts';
import { RunLog } from './pipelines/run-log.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, rate: { type: 'string', default: '500' } },
});
const [SECONDS, RATE] = [Number(values.seconds), Number(values.rate)];
if (!(SECONDS > 0) || !(RATE > 0)) throw new Error('--seconds and --rate are numbers above 0');
const EVENTS = Math.round(SECONDS * RATE);
const PRICE_RATE = 50;
const PRICES = Math.max(20, Math.round(SECONDS * PRICE_RATE));
const DEMO = fileURLToPath(new URL('pipelines', import.meta.url));

const isPlain = !process.stdout.isTTY || process.env.NO_COLOR;
const colour = new Chalk(isPlain ? { level: 0 } : {});
const number = (value: number): string => value.toLocaleString('en-US');
const startedAt = performance.now();
const directory = mkdtempSync(join(tmpdir(), 'cosmosflow-demo-'));
const data = join(directory, '.cosmosflow', 'embedded.db');
try {
  process.exitCode = (await demo()) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true });
}

async function demo(): Promise<boolean> {
  console.log(`\n${colour.bold('cosmosflow: a round trip in one process')}\n`);
  console.log(`produce ─▶ events-source ─▶ copy --transform ─▶ events-processed ─▶ tail --to http ─▶ consume`);
  console.log(`${number(RATE)} events a second for ${formatDuration(SECONDS * 1000)}, beside 20 prices that change\n`);
  await createContainers();
  const log = new RunLog();
  const status = await runPipelines(join(DEMO, 'pipelines.yaml'), {
    cwd: directory,
    env: {
      DEMO,
      RATE: String(RATE),
      EVENTS: String(EVENTS),
      PRICE_RATE: String(PRICE_RATE),
      PRICES: String(PRICES),
      PORT: String(await freePort()),
    },
    onLine: (line) => log.take(line),
  });
  if (status !== 0) {
    console.log(colour.red(`cosmosflow run ended with ${status}`));
    return false;
  }
  return report(log, await countContainers(), await readReceived(join(directory, 'received.ndjson')));
}

interface Counts {
  readonly source: number;
  readonly processed: number;
  /** Newest version of each price in the source. */
  readonly prices: ReadonlyMap<string, number>;
}

function report(log: RunLog, { source, processed, prices }: Counts, received: Received): boolean {
  const stages = [
    ['produced', log.of('events')],
    ['in the source container', source],
    ['copied and transformed', log.of('process')],
    ['in the processed container', processed],
    ['sent over HTTP', log.of('send')],
    ['received, different ids', received.events.size],
  ] as const;
  for (const [stage, count] of stages) {
    console.log(
      `  ${stage.padEnd(28)}${number(count).padStart(10)}  ${count === EVENTS ? colour.green('✔') : colour.red('✖')}`,
    );
  }
  const newest = [...prices].filter(([id, version]) => received.prices.get(id) === version).length;
  console.log(`\n  received again: ${number(received.eventLines - received.events.size)} events`);
  console.log(
    `  order: ${number(received.priceLines)} of ${number(PRICES)} versions of ${prices.size} prices came through, ` +
      `${received.disorder} of them out of order, and of ${newest} the newest`,
  );
  const isEqual = stages.every(([, count]) => count === EVENTS);
  const isOrdered = received.disorder === 0 && newest === prices.size && received.prices.size === prices.size;
  const verdict =
    isEqual && isOrdered ? colour.green('all equal, and in order') : colour.red('NOT all equal and in order');
  console.log(`\n${verdict}, after ${formatDuration(Math.round(performance.now() - startedAt))}\n`);
  return isEqual && isOrdered;
}

async function createContainers(): Promise<void> {
  await served(async ({ client }) => {
    for (const [stage, path] of [
      ['source', '/customerId'],
      ['processed', '/region'],
    ]) {
      for (const what of ['events', 'prices']) {
        const name = { database: 'shop', container: `${what}-${stage}` };
        await createContainer(client, name, { partitionKey: { paths: [path as string], version: 2 } });
      }
    }
  });
}

function countContainers(): Promise<Counts> {
  return served(async ({ client }) => {
    const query = async <Row>(container: string, text: string): Promise<Row[]> =>
      (await containerOf(client, { database: 'shop', container }).items.query<Row>(text).fetchAll()).resources;
    const prices = await query<{ id: string; version: number }>('prices-source', 'SELECT c.id, c.version FROM c');
    return {
      source: (await query('events-source', 'SELECT c.id FROM c')).length,
      processed: (await query('events-processed', 'SELECT c.id FROM c')).length,
      prices: new Map(prices.map(({ id, version }) => [id, version])),
    };
  });
}

async function served<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
  const server = await startEmulator({ data });
  const connection = new Connection(server);
  try {
    return await work(connection);
  } finally {
    await connection.close();
    await server.close();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
