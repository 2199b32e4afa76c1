import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { type AccountRig, useAccount } from '../support/account.ts';
import { contentsOf } from '../support/contents.ts';
import { foreign, skip } from '../support/endpoint.ts';
import { randomFrom } from '../support/random.ts';
import { type CliResult, useDirectory } from '../support/run-cli.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const KILLS = 4;
const DOCUMENTS = 1000;

test(`a copy killed ${KILLS} times as its target grows ends equal to its source (SEED=${SEED})`, {
  timeout: 300_000,
}, async () => {
  if (!foreign) skip('copies between embedded servers are killed at their requests');
  const random = randomFrom(SEED);
  const rig = await useAccount();
  const { account, named, address, run } = rig;
  const cwd = useDirectory();
  const source = address('shop/orders');
  const produced = await run(['produce', source, '--count', String(DOCUMENTS)], { cwd });
  expect(produced, produced.stderr).toMatchObject({ status: 0 });
  const args = ['copy', source, address('shop/copy'), '--max-item-count', '10'];
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const goal = Math.floor(((kill + random.integer(100) / 100) * DOCUMENTS) / (KILLS + 1));
    const { signal } = await runUntil(rig, args, cwd, goal);
    if (signal === 'SIGKILL') killed++;
  }
  // One may be over before it is seen to have come so far.
  expect(killed).toBeGreaterThanOrEqual(2);
  const last = await run(args, { cwd });
  expect(last, last.stderr).toMatchObject({ status: 0 });
  expect(await contentsOf(account, named('shop/copy'))).toEqual(await contentsOf(account, named('shop/orders')));
});

/** Kills the process once the target has so many documents. */
async function runUntil({ client, named, run }: AccountRig, args: string[], cwd: string, goal: number) {
  const { items } = client.database(named('shop')).container('copy');
  const running: { child?: ChildProcess } = {};
  const result: Promise<CliResult> = run(args, {
    cwd,
    onStart: (child) => {
      running.child = child;
    },
  });
  const isOver = result.then(() => true);
  const count = async (): Promise<boolean> => {
    const pages = items.query<number>('SELECT VALUE COUNT(1) FROM c');
    // The target is not there before the copy has made it.
    const { resources } = await pages.fetchAll().catch(() => ({ resources: [-1] }));
    return (resources[0] ?? -1) >= goal;
  };
  while (!(await Promise.race([isOver, count()])));
  running.child?.kill('SIGKILL');
  return result;
}
