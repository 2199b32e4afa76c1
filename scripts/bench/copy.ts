import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContainerRequest } from '@azure/cosmos';
import { EVERYTHING } from '../../src/contract.ts';
import { Connection } from '../../src/cosmos/connection.ts';
import { containerOf, createContainer, findContainer, readContainer } from '../../src/cosmos/container.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { Child, measure } from './child.ts';
import { type Comparison, compare, inTurns } from './comparison.ts';
import { PARTITION_KEY, type Shape } from './documents.ts';
import { expect } from './expectation.ts';
import type { EmbeddedReady } from './servers/embedded.ts';
import { changesOf } from './subjects/our-sink.ts';

/**
 * A container copied into another on a server that is 10 ms away: documents per second of whole processes, start-up
 * included, against one call of the SDK's bulk executor per page.
 */
export async function compareCopying(pairs: number, say: (text: string) => void): Promise<Comparison[]> {
  const server = new Child('servers/embedded.ts', JSON.stringify({ latencyMs: 10, ranges: 4 }));
  try {
    const { endpoint } = await server.next<EmbeddedReady>();
    const connection = new Connection({ endpoint, key: EMULATOR_KEY });
    say('copy: filling the sources');
    await fill(connection, 'large', OUR_DOCUMENTS);
    await fill(connection, 'small', SDK_DOCUMENTS);
    say('copy');
    const values = await inTurns(pairs, {
      ours: () => rateOf(connection, OUR_DOCUMENTS, () => copyByCommand(endpoint)),
      naive: () => rateOf(connection, SDK_DOCUMENTS, () => copyByScript(endpoint)),
    });
    await connection.close();
    const what = `copy, http + 10 ms, ${SHAPE}`;
    const against = 'SDK feed, executeBulkOperations per page';
    return [compare(values.ours, values.naive, { what, unit: 'docs/s', against, kind: 'rate', demand: AT_LEAST })];
  } finally {
    await server.end();
  }
}

const SHAPE: Shape = 'mixed';
const OUR_DOCUMENTS = 50_000;
const SDK_DOCUMENTS = 4_000;
const AT_LEAST = 10;
const DATABASE = 'bench';
const COPY = 'copy';
const LIKE: ContainerRequest = { partitionKey: { paths: [...PARTITION_KEY.paths], version: PARTITION_KEY.version } };

async function fill(connection: Connection, container: string, count: number): Promise<void> {
  const name = { database: DATABASE, container };
  await createContainer(connection.client, name, LIKE);
  const sink = cosmosSink(connection, await readContainer(connection.client, name), { concurrency: 16 });
  for (let from = 0; from < count; from += 1000) await sink.write(changesOf(from, 1000, SHAPE), EVERYTHING);
}

/** Copies into a new container, times it, and makes sure that everything has arrived. */
async function rateOf({ client }: Connection, documents: number, copy: () => Promise<void>): Promise<number> {
  const name = { database: DATABASE, container: COPY };
  await createContainer(client, name, LIKE);
  const started = performance.now();
  await copy();
  const elapsedMs = performance.now() - started;
  const facts = await findContainer(client, name);
  expect(facts?.documentCount ?? -1, documents, 'documents in the copy');
  await containerOf(client, name).delete();
  return documents / (elapsedMs / 1000);
}

async function copyByCommand(endpoint: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cosmosflow-bench-'));
  try {
    const account = endpoint.replace('http:', 'cosmos:');
    const program = fileURLToPath(new URL('../../bin/cosmosflow.js', import.meta.url));
    const ends = ['large', COPY].map((container) => `${account}/${DATABASE}/${container}`);
    const flags = ['--checkpoint', join(folder, 'checkpoint.db'), '--log-format', 'json'];
    const command = spawn(process.execPath, [program, 'copy', ...ends, ...flags], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    command.stderr.on('data', (text) => (log += text));
    const [status] = await once(command, 'close');
    if (status !== 0) throw new Error(`cosmosflow copy ended with ${status}:\n${log}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function copyByScript(endpoint: string): Promise<void> {
  const target = { endpoint, database: DATABASE, container: 'small', copy: COPY, shape: SHAPE };
  const { documents } = await measure({ subject: 'sdkCopy', target, warmUps: 0, rounds: 1 });
  expect(documents, SDK_DOCUMENTS, 'documents that the script copied');
}
