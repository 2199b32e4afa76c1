import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMPILED, useDirectory } from '../support/run-cli.ts';

const DEMO = fileURLToPath(new URL('../../scripts/demo/pipelines.ts', import.meta.url));

test('the round trip of the demo ends with equal counts at every stage, in order, and leaves nothing behind', async () => {
  const directory = useDirectory();
  const { status, stdout, stderr } = await demo(['--seconds', '1', '--rate', '400'], directory);
  expect(status, stdout + stderr).toBe(0);
  expect(stdout.match(/ 400 {2}✔$/gm)).toHaveLength(6);
  expect(stdout).toMatch(/ 0 of them out of order, and of 20 the newest$/m);
  expect(readdirSync(directory)).toEqual([]);
});

test('the demo stops with SIGTERM, and leaves nothing behind', async () => {
  const directory = useDirectory();
  const { status, stdout } = await demo(['--seconds', '600'], directory, /events 2?\d/);
  expect(status, stdout).toBe(1);
  expect(stdout).toMatch(/cosmosflow run ended with 143/);
  expect(readdirSync(directory)).toEqual([]);
});

/** With its temporary files in a directory; gets a SIGTERM once it has said something. */
async function demo(
  args: readonly string[],
  directory: string,
  until?: RegExp,
): Promise<{ status: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [DEMO, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', HOME: directory, TMPDIR: directory, NODE_COMPILE_CACHE: COMPILED },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  if (until) child.stdout.on('data', (chunk) => until.test(String(chunk)) && child.kill('SIGTERM'));
  const [status] = await once(child, 'close');
  return { status, stdout: await stdout, stderr: await stderr };
}
