import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliResult, runCli, useDirectory } from '../support/run-cli.ts';

test('consume says on stderr where it is, prints events on stdout, and ends well on Ctrl-C with a summary', async () => {
  const result = await consume([], async ({ url, child }) => {
    expect(await post(url, '{"id":"a"}\n{"id":"b"}\n', 'one')).toBe(200);
    expect(await post(url, '{"id":"a"}\n{"id":"b"}\n', 'one')).toBe(200);
    expect(await post(url, 'no', 'two')).toBe(400);
    child.kill('SIGINT');
  });
  expect(result).toMatchObject({ status: 0, stdout: '{"id":"a"}\n{"id":"b"}\n' });
  expect(result.stderr).toMatch(/done: received 2, duplicates 2, requests refused 1, time/);
});

test('what was answered is in the file after a kill, and the file can be gone on with', async () => {
  const cwd = useDirectory();
  for (const id of ['a', 'b']) {
    const result = await consume(
      ['--out', 'events.ndjson'],
      async ({ url, child }) => {
        expect(await post(url, `{"id":"${id}"}`)).toBe(200);
        child.kill('SIGKILL');
      },
      cwd,
    );
    expect(result).toMatchObject({ signal: 'SIGKILL', stdout: '' });
  }
  expect(readFileSync(join(cwd, 'events.ndjson'), 'utf8')).toBe('{"id":"a"}\n{"id":"b"}\n');
});

test('it ends by itself with --max, and a port that is taken is the user’s to change', async () => {
  const result = await consume(['--max', '1'], async ({ url }) => {
    const second = await runCli(['consume', '--port', new URL(url).port], { cwd: useDirectory() });
    expect(second).toMatchObject({ status: 2, stdout: '' });
    expect(second.stderr).toMatch(/127\.0\.0\.1:\d+ is in use\n {2}hint: .*--port/);
    expect(await post(url, '{"id":"a"}')).toBe(200);
  });
  expect(result).toMatchObject({ status: 0, stdout: '{"id":"a"}\n' });
});

test('events that cannot be written end it with 9, and were not acknowledged', async () => {
  const result = await consume(['--out', '/dev/full'], async ({ url }) => {
    expect(await post(url, '{"id":"a"}')).toBe(503);
  });
  expect(result).toMatchObject({ status: 9 });
  expect(result.stderr).toMatch(/cannot write to "\/dev\/full": ENOSPC/);
});

test('it ends with 141 when nobody reads what it prints', async () => {
  const result = await consume([], async ({ url, child }) => {
    child.stdout?.destroy();
    expect(await post(url, '{"id":"a"}')).toBe(503);
  });
  expect(result).toMatchObject({ status: 141 });
});

test.each([
  [['--listen', '0.0.0.0'], /can be reached by others.*\n {2}hint: export COSMOSFLOW_WEBHOOK_SECRET=/],
  [['--fail', '503'], /--fail: "503" is not STATUS:SHARE.*\n {2}hint: /],
  [['--fail', '503:0.6', '--fail', 'drop:0.6'], /the shares of --fail are 1.2 together/],
  [['--path', 'events'], /"events" is not a path\n {2}hint: .*--path \/events/],
  [['--out', 'missing/events.ndjson'], /cannot write to "missing\/events\.ndjson": ENOENT/],
  [['--webhook-secret-env', 'HOME'], /the webhook secret in HOME cannot be used/],
  [['--webhook-secret-env', 'NO_SECRET'], /the environment has no NO_SECRET\n {2}hint: export NO_SECRET=/],
])('%j is the user’s to change', async (flags, words) => {
  const result = await runCli(['consume', '--port', '0', ...flags], { cwd: useDirectory() });
  expect(result).toMatchObject({ stdout: '' });
  expect([2, 9]).toContain(result.status);
  expect(result.stderr).toMatch(words);
});

interface Running {
  readonly url: string;
  readonly child: ChildProcess;
}

/** Runs the command until it ends; `act` is called once it is ready. */
async function consume(
  flags: readonly string[],
  act: (running: Running) => Promise<void>,
  cwd: string = useDirectory(),
): Promise<CliResult> {
  let acted: Promise<void> | undefined;
  const result = await runCli(['consume', '--port', '0', ...flags], {
    cwd,
    onStart: (child) => {
      child.stderr?.on('data', (text) => {
        const url = /ready at (\S+)/.exec(String(text))?.[1];
        if (url === undefined) return;
        acted = act({ url, child });
        // A test that fails must not leave it running.
        acted.catch(() => child.kill('SIGKILL'));
      });
    },
  });
  await acted;
  return result;
}

async function post(url: string, body: string, id?: string): Promise<number> {
  const headers = { 'content-type': 'application/x-ndjson', ...(id !== undefined && { 'webhook-id': id }) };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}
