import { statSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../emulator/wire.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { useDirectory } from '../support/run-cli.ts';
import { expectAll, expectLatest, FeedPosition } from './server/feed-position.ts';
import { ServerProcess } from './server/process.ts';
import { isMortal, Writer } from './server/writer.ts';

// A server is killed again and again while writers write, ranges split and merge, items expire and both change feeds are
// read, and starts again with the same data. What was answered must have been done; of what was not, writers find out
// whether it was. KILLS=20 kills it more often.

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const KILLS = Number(process.env.KILLS ?? 8);
const FULL = '/dbs/db/colls/full';
const PLAIN = '/dbs/db/colls/plain';

test(`a server killed ${KILLS} times while it writes loses nothing that it has answered (SEED=${SEED})`, {
  timeout: 180_000,
}, async () => {
  needsEmbedded('a process that can be killed');
  const random = randomFrom(SEED);
  const cwd = useDirectory();
  const data = join(cwd, 'data.db');
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  let server = await ServerProcess.start(data, cwd);
  onTestFinished(() => server.kill());
  await createContainers(server);
  const writers = [FULL, FULL, FULL, PLAIN].map(
    (container, index) => new Writer(container, `w${index}`, agent, container === FULL),
  );
  const start = new FeedPosition(FULL, 'Full-Fidelity Feed', [{ min: '', max: 'FF', etag: '*' }]);
  await start.read(server, 1);
  const followers = [start.fork(), new FeedPosition(FULL, LATEST), new FeedPosition(PLAIN, LATEST)];
  const load: Load = { data, random, writers, followers };
  const topology = new Topology();

  for (let kill = 0; kill < KILLS; kill++) {
    await runAndKill(server, momentOf(kill, random), load);
    server = await ServerProcess.start(data, cwd);
    await topology.check(server);
    const all = start.fork();
    await all.readToEnd(server);
    for (const writer of writers) await writer.settle(server, all.seen);
    for (const writer of writers) await writer.check(server);
    const full = writers.slice(0, -1);
    expectAll(all, full, isMortal);
    const latest = new FeedPosition(FULL, LATEST);
    await latest.readToEnd(server);
    expectLatest(latest, full, isMortal);
  }
  await setClock(server, 800);
  for (const follower of followers) await follower.readToEnd(server);
  const [all, latest, plain] = followers as [FeedPosition, FeedPosition, FeedPosition];
  expectAll(all, writers.slice(0, -1), isMortal);
  expectLatest(latest, writers.slice(0, -1), isMortal);
  expectLatest(plain, writers.slice(-1), isMortal);
  const mortal = writers.slice(0, -1).flatMap(({ history }) => history.ids().filter(isMortal));
  expect([...all.expired].sort()).toEqual(mortal.sort());
  for (const writer of writers.slice(0, -1)) await writer.checkUniqueKeys(server);
});

const LATEST = 'Incremental Feed';
/** Items are so long that the log comes to its size, at which it is written back, while many are written. */
const LONG_BYTES = 350_000;
const SHORT_BYTES = 3000;

/** When the server dies. */
interface Moment {
  /** After so many answers; or when it has begun to write the log back. */
  readonly answers: number | 'checkpoint';
  readonly bytes: number;
  /** Seconds by which the clock is ahead: what has a time to live expires. */
  readonly aheadSeconds: number;
}

function momentOf(kill: number, random: Random): Moment {
  const aheadSeconds = random.chance(0.4) ? 70 + 10 * kill : 0;
  if (kill % 6 === 3) return { answers: 'checkpoint', bytes: LONG_BYTES, aheadSeconds };
  return { answers: kill === 0 ? 1 : 1 + random.integer(150), bytes: SHORT_BYTES, aheadSeconds };
}

interface Load {
  readonly data: string;
  readonly random: Random;
  readonly writers: readonly Writer[];
  readonly followers: readonly FeedPosition[];
}

/** Resolves when the server is dead and nobody is waiting for it any more. */
async function runAndKill(server: ServerProcess, moment: Moment, load: Load): Promise<void> {
  const { data, random, writers, followers } = load;
  if (moment.aheadSeconds > 0) await setClock(server, moment.aheadSeconds);
  const writtenBefore = statSync(data).mtimeMs;
  let answers = 0;
  const answered = (): void => {
    if (++answers === moment.answers) server.kill();
  };
  const work = async (act: () => Promise<unknown>): Promise<void> => {
    while (!server.isKilled) {
      try {
        await act();
        answered();
      } catch (error) {
        if (!server.isKilled || !isCut(error)) throw error;
      }
    }
  };
  const watch = async (): Promise<void> => {
    while (!server.isKilled) {
      if (statSync(data).mtimeMs !== writtenBefore) server.kill();
      await new Promise(setImmediate);
    }
  };
  await Promise.all([
    ...writers.map((writer) => work(() => writer.write(server, random, moment.bytes))),
    ...followers.map((follower) => work(() => follower.read(server, 5))),
    work(() => changeRanges(server, random)),
    ...(moment.answers === 'checkpoint' ? [watch()] : []),
  ]);
  await server.ended();
}

/** Whether it is how a request ends when the server does. */
function isCut(error: unknown): boolean {
  return ['ECONNRESET', 'ECONNREFUSED', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function createContainers(server: ServerProcess): Promise<void> {
  const partitionKey = { paths: ['/pk'], kind: 'Hash', version: 2 };
  const full = {
    id: 'full',
    partitionKey,
    defaultTtl: -1,
    changeFeedPolicy: { retentionDuration: 43_200 },
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] },
  };
  for (const [path, value] of [
    ['/dbs', { id: 'db' }],
    ['/dbs/db/colls', full],
    ['/dbs/db/colls', { id: 'plain', partitionKey, defaultTtl: -1 }],
  ] as const) {
    const { status, text } = await send(server, { method: 'POST', path, body: JSON.stringify(value) });
    expect(status, text).toBe(201);
  }
}

/** Splits a range, or merges the first two. */
async function changeRanges(server: ServerProcess, random: Random): Promise<void> {
  const place = { database: 'db', container: random.pick(['full', 'plain']) };
  const ranges = await rangesOf(server, `/dbs/db/colls/${place.container}`);
  const isSplit = ranges.length < 2 || (ranges.length < 6 && random.chance(0.5));
  await admin(server, isSplit ? 'split' : 'merge', isSplit ? { ...place, range: random.pick(ranges).id } : place);
}

async function setClock(server: ServerProcess, seconds: number): Promise<void> {
  await admin(server, 'clock', { skewMs: seconds * 1000 });
}

async function admin(server: ServerProcess, action: string, value: unknown): Promise<void> {
  const { status, text } = await send(server, {
    method: 'POST',
    path: `/_cosmosflow/${action}`,
    headers: { authorization: `Bearer ${server.adminToken}` },
    unsigned: true,
    body: JSON.stringify(value),
  });
  expect(status, text).toBe(200);
}

interface Range {
  readonly id: string;
  readonly minInclusive: string;
  readonly maxExclusive: string;
}

async function rangesOf(server: ServerProcess, container: string): Promise<Range[]> {
  const { status, text } = await send(server, { path: `${container}/pkranges` });
  expect(status, text).toBe(200);
  return JSON.parse(text).PartitionKeyRanges;
}

/** Ranges tile the key space, and one that has gone never comes back. */
class Topology {
  readonly #gone = new Set<string>();
  readonly #known = new Map<string, readonly string[]>();

  async check(server: ServerProcess): Promise<void> {
    for (const container of [FULL, PLAIN]) {
      const ranges = await rangesOf(server, container);
      const [mins, maxes] = [ranges.map((range) => range.minInclusive), ranges.map((range) => range.maxExclusive)];
      expect(['', ...maxes]).toEqual([...mins, 'FF']);
      const ids = ranges.map(({ id }) => `${container} ${id}`);
      for (const id of this.#known.get(container) ?? []) if (!ids.includes(id)) this.#gone.add(id);
      expect(ids.filter((id) => this.#gone.has(id))).toEqual([]);
      this.#known.set(container, ids);
    }
  }
}
