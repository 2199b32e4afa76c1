import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Exchange } from '../../src/emulator/emulator.ts';
import { contentsOf, upsertText } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { randomFrom } from '../support/random.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const KILLS = Number(process.env.KILLS ?? 4);
const EVENTS = Number(process.env.EVENTS ?? 4000);
const CUSTOMERS = 10;
const MINUTE = 60_000;

const COUNTS = `
  export const state = {};
  export const window = {
    every: '1m',
    lateness: '2h',
    key: ({ document }) => document.customerId,
    add: (count = 0) => count + 1,
    close: ({ start, key, value }) => ({ document: { id: key + '@' + start, customerId: key, count: value } }),
  };
  export default ({ document }, { state }) => {
    const all = (state.get('all') ?? 0) + 1;
    state.set('all', all);
    return document.id === 'the end' ? { document: { id: 'all', customerId: 'all', count: all } } : null;
  };`;

test(`a windowed count over ${EVENTS} events, killed ${KILLS} times, is the count of them (SEED=${SEED})`, {
  timeout: 600_000,
}, async () => {
  needsEmbedded('a hand in the requests that it gets');
  const random = randomFrom(SEED);
  const death = { child: undefined as ChildProcess | undefined, pagesLeft: Number.POSITIVE_INFINITY };
  const intercept = ({ operation }: Exchange): undefined => {
    if (operation === 'changeFeed' && --death.pagesLeft === 0) death.child?.kill('SIGKILL');
  };
  const { emulator, client } = await useEmulator({ intercept, ranges: 4 });
  await client.databases.create({ id: 'shop' });
  const partitionKey = { paths: ['/customerId'], version: 2 };
  await client.database('shop').containers.create({ id: 'orders', partitionKey });

  const cwd = useDirectory();
  // Orders are a second apart.
  const source = addressOf(emulator, 'shop/orders');
  const filling = await runCli(['produce', source, '--count', String(EVENTS), '--keys', String(CUSTOMERS), '-q'], {
    cwd,
  });
  expect(filling, filling.stderr).toMatchObject({ status: 0 });
  const expected = countsOf(await contentsOf(emulator, 'shop/orders'));

  writeFileSync(join(cwd, 'counts.mjs'), COUNTS);
  const args = [
    ...['copy', source, addressOf(emulator, 'shop/counts'), '--max-item-count', String(Math.ceil(EVENTS / 100))],
    ...['--transform', './counts.mjs', '--event-time', '/createdAt'],
  ];
  for (let kills = 0; kills < KILLS; kills++) {
    death.pagesLeft = 1 + random.integer(Math.max(2, Math.floor(120 / KILLS)));
    const result = await runCli(args, {
      cwd,
      onStart: (child) => {
        death.child = child;
      },
    });
    expect(result, result.stderr).toMatchObject({ signal: 'SIGKILL' });
  }
  death.pagesLeft = Number.POSITIVE_INFINITY;
  const rest = await runCli(args, { cwd });
  expect(rest, rest.stderr).toMatchObject({ status: 0 });
  // An event long after all others closes their windows.
  const end = { id: 'the end', customerId: 'nobody', createdAt: new Date(Date.UTC(2027, 0)).toISOString() };
  await upsertText(emulator, 'shop/orders', '["nobody"]', JSON.stringify(end));
  const last = await runCli(args, { cwd });
  expect(last, last.stderr).toMatchObject({ status: 0 });

  const counts = (await contentsOf(emulator, 'shop/counts')).map((text) => JSON.parse(text) as Count);
  expect(Object.fromEntries(counts.map(({ id, count }) => [id, count]))).toEqual({ ...expected, all: EVENTS + 1 });
});

interface Count {
  readonly id: string;
  readonly count: number;
}

function countsOf(orders: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of orders) {
    const { customerId, createdAt } = JSON.parse(text) as { customerId: string; createdAt: string };
    const start = new Date(Math.floor(Date.parse(createdAt) / MINUTE) * MINUTE).toISOString();
    const id = `${customerId}@${start}`;
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}
