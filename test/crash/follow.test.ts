import type { ChildProcess } from 'node:child_process';
import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan, type Container } from '@azure/cosmos';
import { expect, test } from 'vitest';
import type { Emulator, Exchange, Fault } from '../../src/emulator/emulator.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

/** `SEEDS=50` plays as many; `SEED=7 SEEDS=1` one of them again. */
const SEEDS = Number(process.env.SEEDS ?? 3);
const FIRST = Number(process.env.SEED ?? 1);
const RANGES = 3;
const DOCUMENTS = 200;
/** Ids that are not there in the beginning. */
const MORE = 50;
/** How many of them are killed in a test: each takes half a second to start. */
const PROCESSES = 3;
/** For a busy machine. */
const TIMEOUT_MS = 120_000;
/** In seconds. */
const TTL_MAX = 5;

test.each(Array.from({ length: SEEDS }, (_, index) => FIRST + index))(
  'a copy with --deletes that dies in every phase, while documents are written, deleted and expire, ends equal to its source (seed %i)',
  async (seed) => {
    await play(seed, async ({ death }, args) => {
      for (const phase of PHASES) {
        death.plan(phase);
        const { failure } = await runCommand([...args, '--patience', '1ms']);
        expect(failure, `died ${phase.name}`).toMatchObject({ code: expect.stringMatching(/_unavailable$/) });
        expect(death.at, `died ${phase.name}`).toSatisfy(phase.kills);
      }
    });
  },
  TIMEOUT_MS,
);

test(`and so does one whose process is killed (seed ${FIRST})`, { timeout: TIMEOUT_MS }, async () => {
  await play(FIRST, async ({ death, random }, args) => {
    const left = [...PHASES];
    while (left.length > PROCESSES) left.splice(random.integer(left.length), 1);
    for (const phase of left) {
      death.plan(phase);
      const onStart = (child: ChildProcess): void => {
        death.strikes = () => void child.kill('SIGKILL');
      };
      const { signal, stderr } = await runCli(args, { cwd: process.cwd(), onStart });
      expect(signal, `killed ${phase.name}: ${stderr}`).toBe('SIGKILL');
    }
  });
});

/** Lets a copy that follows be killed by `kill`, again and again, while somebody writes; then it comes to its end. */
async function play(seed: number, kill: (world: World, args: readonly string[]) => Promise<void>): Promise<void> {
  needsEmbedded('a hand in the requests that it gets, a clock, and splits on command');
  const world = await openWorld(randomFrom(seed));
  const { emulator, death } = world;
  const [source, target] = [addressOf(emulator, 'db/source'), addressOf(emulator, 'db/target')];
  const checkpoint = `${useDirectory()}/checkpoint.db`;
  const args = ['copy', source, target, '--deletes=feed', '--checkpoint', checkpoint, '--max-item-count', '5'];

  const writer = startWriter(world);
  await kill(world, [...args, '--follow', '--poll', '10ms']).finally(() => writer.stop());
  death.plan(undefined);
  // What has a time to live would not be gone from both at the same moment.
  world.tick(2 * TTL_MAX * 1000);
  const last = await runCommand(args);
  expect(last.failure).toBeUndefined();
  const verified = await runCommand(['verify', source, target, '--checkpoint', `${checkpoint}.verify`]);
  expect(verified).toMatchObject({ failure: undefined, stdout: '' });
  expect(await contentsOf(emulator, 'db/target')).toEqual(await contentsOf(emulator, 'db/source'));
  const happened = emulator.journal().filter(({ container }) => container === 'source');
  for (const operation of ['delete', 'ttl'] as const)
    expect(happened.filter((entry) => entry.operation === operation).length, operation).toBeGreaterThan(3);
}

/** When a run is killed: at a request of a kind, after up to so many others of it. */
interface Phase {
  readonly name: string;
  readonly kills: (exchange: Exchange) => boolean;
  readonly skipMax: number;
  /** Whether the range that is asked for splits at that moment. */
  readonly splits?: boolean;
}

const isLatest = (exchange: Exchange): boolean => modeOf(exchange) === 'Incremental Feed';
const isVersions = (exchange: Exchange): boolean => modeOf(exchange) === 'Full-Fidelity Feed';
const isCapture = (exchange: Exchange): boolean => isVersions(exchange) && exchange.headers['if-none-match'] === '*';
const isFeed = (exchange: Exchange): boolean => isVersions(exchange) && !isCapture(exchange);
const isBatch = ({ operation }: Exchange): boolean => operation === 'batch';

function modeOf({ operation, headers }: Exchange): string {
  return operation === 'changeFeed' ? String(headers['a-im']) : '';
}

/** In the order in which a copy comes to them. A range that is through with its snapshot is in its feed. */
const PHASES: readonly Phase[] = [
  { name: 'while positions are captured', kills: isCapture, skipMax: 2 * RANGES - 1 },
  { name: 'before the first page', kills: isLatest, skipMax: 0 },
  { name: 'in the snapshot', kills: isLatest, skipMax: 6 },
  { name: 'while the snapshot is written', kills: isBatch, skipMax: 3 },
  { name: 'at a split in the snapshot', kills: isLatest, skipMax: 3, splits: true },
  { name: 'between snapshot and feed', kills: isFeed, skipMax: 2 },
  { name: 'at a split in the feed', kills: isFeed, skipMax: 12, splits: true },
  { name: 'in the feed', kills: isFeed, skipMax: 20 },
  { name: 'while the feed is written', kills: isBatch, skipMax: 4 },
];

/** Cuts the tool off from one request on, as if it had died there. */
class Death {
  /** What it died at. */
  at: Exchange | undefined;
  /** Called at that moment. */
  strikes: () => void = () => {};
  readonly #random: Random;
  #phase: Phase | undefined;
  #skip = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  plan(phase: Phase | undefined): void {
    this.#phase = phase;
    this.#skip = this.#random.integer((phase?.skipMax ?? 0) + 1);
    this.at = undefined;
  }

  strike(exchange: Exchange, split: (range: string | undefined) => void): Fault | undefined {
    if (!this.#phase || !exchange.headers['user-agent']?.includes('cosmosflow')) return undefined;
    if (this.at) return { before: 'drop' };
    if (!this.#phase.kills(exchange) || this.#skip-- > 0) return undefined;
    this.at = exchange;
    this.strikes();
    if (this.#phase.splits) split(exchange.ranges[0]);
    return isBatch(exchange) && this.#random.chance(0.5) ? { after: 'drop' } : { before: 'drop' };
  }
}

interface World {
  readonly emulator: Emulator;
  readonly source: Container;
  readonly death: Death;
  readonly random: Random;
  /** Puts the server's clock forward. */
  tick(ms: number): void;
}

/** A server with a clock of its own, and on it a container that retains all versions, with documents in it. */
async function openWorld(random: Random): Promise<World> {
  // The server refuses requests that are dated a quarter of an hour from its own time.
  let aheadMs = -600_000;
  const death = new Death(random);
  const rig = await useEmulator({
    ranges: RANGES,
    key: EMULATOR_KEY,
    clock: () => Date.now() + aheadMs,
    intercept: (exchange) => death.strike(exchange, (range) => rig.emulator.split('db', 'source', range)),
  });
  const { database } = await rig.client.databases.create({ id: 'db' });
  const { container } = await database.containers.create({
    id: 'source',
    partitionKey: { paths: ['/pk'], version: 2 },
    defaultTtl: -1,
    changeFeedPolicy: new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(60)),
  });
  const tick = (ms: number): void => {
    aheadMs += ms;
  };
  await Promise.all(Array.from({ length: DOCUMENTS }, (_, index) => container.items.create(documentOf(index, 0))));
  return { emulator: rig.emulator, source: container, death, random, tick };
}

/** Writes, deletes and lets expire, one step after the other, until it is told to stop. */
function startWriter({ source, random, tick }: World): { stop(): Promise<void> } {
  const put = async (index: number, version: number, ttl?: number): Promise<void> => {
    await source.items.upsert({ ...documentOf(index, version), ...(ttl && { ttl }) });
  };
  const remove = async (index: number): Promise<void> => {
    const { id, pk } = documentOf(index, 0);
    await source
      .item(id, pk)
      .delete()
      .catch((error: { code?: unknown }) => {
        if (error.code !== 404) throw error;
      });
  };
  const steps: readonly ((index: number, version: number) => Promise<void>)[] = [
    put,
    put,
    remove,
    (index, version) => remove(index).then(() => put(index, version)),
    (index, version) => put(index, version).then(() => remove(index)),
    (index, version) => put(index, version, 1 + random.integer(TTL_MAX)),
    async () => tick(random.integer(300)),
  ];
  let isStopped = false;
  const run = async (): Promise<void> => {
    for (let version = 1; !isStopped; version++) await random.pick(steps)(random.integer(DOCUMENTS + MORE), version);
  };
  const running = run();
  // Whoever stops it hears of it.
  running.catch(() => {});
  return {
    stop: () => {
      isStopped = true;
      return running;
    },
  };
}

function documentOf(index: number, version: number): { id: string; pk: string; version: number } {
  return { id: `item-${index}`, pk: `key-${index % 41}`, version };
}
