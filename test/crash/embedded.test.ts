import type { ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { contentsOf } from '../support/contents.ts';
import { useEmulator } from '../support/emulator.ts';
import { randomFrom } from '../support/random.ts';
import { type CliResult, runCli, useDirectory } from '../support/run-cli.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const COPIES = 5;

test(`copies on the embedded server, killed with it, end equal to their source (SEED=${SEED})`, {
  timeout: 120_000,
}, async () => {
  const random = randomFrom(SEED);
  const cwd = useDirectory();
  const data = join(cwd, '.cosmosflow', 'embedded.db');
  const produced = await runCli(['produce', 'embedded:shop/orders', '--count', '3000'], { cwd });
  expect(produced, produced.stderr).toMatchObject({ status: 0 });

  let killed = 0;
  for (let copy = 0; copy < COPIES; copy++) {
    const args = [
      'copy',
      'embedded:shop/orders',
      `embedded:shop/copy-${copy}`,
      '--checkpoint',
      `${copy}.db`,
      '--max-item-count',
      '50',
    ];
    const first = await runAndKill(args, cwd, data, random.integer(4_000_000));
    if (first.signal === 'SIGKILL') killed++;
    const second = await runCli(args, { cwd });
    expect(second, second.stderr).toMatchObject({ status: 0 });
  }
  expect(killed).toBeGreaterThanOrEqual(3);

  const { emulator } = await useEmulator({ data });
  const source = await contentsOf(emulator, 'shop/orders');
  expect(source).toHaveLength(3000);
  for (let copy = 0; copy < COPIES; copy++) expect(await contentsOf(emulator, `shop/copy-${copy}`)).toEqual(source);
});

/** Kills the process once it has written so many bytes, wherever it then is. */
async function runAndKill(args: readonly string[], cwd: string, data: string, bytes: number): Promise<CliResult> {
  const running: { child?: ChildProcess } = {};
  const result = runCli(args, {
    cwd,
    onStart: (child) => {
      running.child = child;
    },
  });
  const isOver = result.then(() => true);
  while (!(await Promise.race([isOver, sleep(1, false)]))) {
    if ((statSync(`${data}-wal`, { throwIfNoEntry: false })?.size ?? 0) < bytes) continue;
    running.child?.kill('SIGKILL');
    break;
  }
  return result;
}
