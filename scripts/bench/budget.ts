import pLimit from 'p-limit';
import type { Change, Continuation } from '../../src/contract.ts';
import { EVERYTHING } from '../../src/contract.ts';
import { Budget } from '../../src/cosmos/budget.ts';
import { containerPath } from '../../src/cosmos/budgeted.ts';
import { Connection } from '../../src/cosmos/connection.ts';
import { type ContainerFacts, createContainer, readContainer } from '../../src/cosmos/container.ts';
import { readProvisioned } from '../../src/cosmos/provisioned.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { retrying } from '../../src/sinks/retrying.ts';
import { changeFeed } from '../../src/sources/change-feed.ts';
import { withDataFile } from './embedded-server.ts';

/** Whether request units a second stay at the target, on a server that refuses what is over it. */
export async function measureBudget(say: (text: string) => void): Promise<string[]> {
  const lines: string[] = [];
  for (const { ranges, provisioned } of CASES) {
    for (const target of TARGETS) {
      for (const work of ['write', 'read'] as const) {
        say(`budget: ${work} at ${target} RU/s, ${ranges} range(s)`);
        const { rate, throttledShare } = await withDataFile((data) =>
          measure(work, { data, target, ranges, throughput: target * provisioned }),
        );
        const holds = Math.abs(rate / target - 1) <= RATE_WITHIN && throttledShare <= THROTTLED_MAX;
        const line =
          `budget, ${work}, ${ranges} range(s): ${rate.toFixed(1)} RU/s at a target of ${target} (${percent(rate / target - 1)}), ` +
          `${percent(throttledShare)} of ${work === 'write' ? 'operations' : 'requests'} throttled: ${holds ? 'holds' : 'DOES NOT HOLD'}`;
        say(line);
        lines.push(line);
      }
    }
  }
  return lines;
}

/** All that a range has, where nothing may go wrong; and half of what several have, as others use them too. */
const CASES = [
  { ranges: 1, provisioned: 1 },
  { ranges: 4, provisioned: 2 },
];
const TARGETS = [400, 1000, 4000];
const RATE_WITHIN = 0.05;
const THROTTLED_MAX = 0.01;
const SECONDS = 20;
const WARM_UP_SECONDS = 2;
const NAME = { database: 'bench', container: 'items' };
const FILLED = 20_000;
const PAGE = 100;

interface Case {
  readonly data: string;
  readonly target: number;
  /** What the container has. */
  readonly throughput: number;
  readonly ranges: number;
}

async function measure(
  work: 'write' | 'read',
  { data, target, ranges, throughput }: Case,
): Promise<{ rate: number; throttledShare: number }> {
  await fill(data, work === 'read' ? FILLED : 0, { ranges, throughput });
  let applied = 0;
  const emulator = await startEmulator({ data, enforceThroughput: true, onApplied: () => void applied++ });
  const connection = new Connection(emulator);
  const end = new AbortController();
  try {
    const facts = await readContainer(connection.client, NAME);
    const { rangeUnitsPerSecond } = (await readProvisioned(connection.client, facts)) ?? {};
    connection.terms.set(containerPath(facts), {
      budget: new Budget({ unitsPerSecond: target, rangeUnitsPerSecond }),
    });
    const done =
      work === 'write' ? writeUntil(end.signal, connection, facts) : readUntil(end.signal, connection, facts);
    await pass(WARM_UP_SECONDS);
    const { meter } = connection;
    const appliedBefore = applied;
    const before = { ...meter, at: performance.now() };
    await pass(SECONDS);
    const rate = (meter.requestCharge - before.requestCharge) / ((performance.now() - before.at) / 1000);
    const operations = work === 'write' ? applied - appliedBefore : meter.requests - before.requests;
    const throttledShare = (meter.throttled - before.throttled) / operations;
    end.abort();
    await done;
    return { rate, throttledShare };
  } finally {
    end.abort();
    await connection.close();
    await emulator.close();
  }
}

/** Without limits, so that it is quick. */
async function fill(
  data: string,
  count: number,
  { ranges, throughput }: Pick<Case, 'ranges' | 'throughput'>,
): Promise<void> {
  const emulator = await startEmulator({ data, ranges, throughput, enforceThroughput: false });
  const connection = new Connection(emulator);
  try {
    await createContainer(connection.client, NAME, { partitionKey: { paths: ['/pk'], version: 2 } });
    const sink = cosmosSink(connection, await readContainer(connection.client, NAME), { concurrency: 16 });
    for (let first = 0; first < count; first += PAGE) await sink.write(changes(first), EVERYTHING);
  } finally {
    await connection.close();
    await emulator.close();
  }
}

/** As a pipeline does it: several pages at once. */
async function writeUntil(signal: AbortSignal, connection: Connection, facts: ContainerFacts): Promise<void> {
  const sink = retrying(cosmosSink(connection, facts, { concurrency: 16 }), {
    budgetMs: 60_000,
    signal: new AbortController().signal,
  });
  let first = 0;
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      const page = changes(first);
      first += PAGE;
      await sink.write(page, EVERYTHING);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

/** From the beginning, again and again. */
async function readUntil(signal: AbortSignal, connection: Connection, facts: ContainerFacts): Promise<void> {
  const source = changeFeed(connection, facts, {
    maxItemCount: 1000,
    follow: false,
    pollMs: 1000,
    limit: pLimit(16),
    signal,
  });
  const starts = await source.starts();
  await Promise.all(
    starts.map(async ({ range }) => {
      while (!signal.aborted) {
        let resumeAt: Continuation | undefined;
        for await (const page of source.pages(range, resumeAt, signal)) page.release?.();
      }
    }),
  );
}

function changes(first: number): Change[] {
  return Array.from({ length: PAGE }, (_, index) => {
    const id = `item-${first + index}`;
    const text = JSON.stringify({ id, pk: id, payload: 'x'.repeat((index * 37) % 1500) });
    return { key: `"${id}"`, kind: 'upsert', document: Buffer.from(text) };
  });
}

function pass(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
