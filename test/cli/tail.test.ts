import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type AccountRig, useAccount } from '../support/account.ts';
import { upsertText } from '../support/contents.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const COUNT = 1200;
/** More than a pipe holds, in pages smaller than that. */
const FILL = ['--count', `${COUNT}`, '--payload-size', '1kb'];
const FROM_START = ['--start-from', 'beginning', '-e', '--max-item-count', '50'];
/** What the system keeps of a pipe, and we read of it, at most. */
const IN_THE_PIPE_BYTES = 2 * 64 * 1024;

interface TailRig extends AccountRig {
  readonly cwd: string;
  readonly source: string;
}

async function openOrders(intercept?: Parameters<typeof useAccount>[0]): Promise<TailRig> {
  const rig = await useAccount(intercept);
  const [cwd, source] = [useDirectory(), rig.address('shop/orders')];
  expect(await rig.run(['produce', source, ...FILL], { cwd })).toMatchObject({ status: 0 });
  return { ...rig, cwd, source };
}

test('tail -e prints what is there, one document a line, and nothing else on stdout', async () => {
  const cwd = useDirectory();
  await runCli(['produce', 'embedded:shop/orders', '--count', '300'], { cwd });
  const result = await runCli(['tail', 'embedded:shop/orders', '--start-from', 'beginning', '-e'], { cwd });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  const documents = documentsIn(result.stdout);
  expect(new Set(documents.map(({ id }) => id)).size).toBe(300);
  expect(documents).toHaveLength(300);
  expect(Object.keys(documents[0] ?? {}).filter((name) => name.startsWith('_'))).toEqual([]);
  expect(readdirSync(`${cwd}/.cosmosflow`)).toEqual(['embedded.db']);
});

describe('when standard output ends early,', () => {
  test('its reader having had enough, that is quiet and 141, and what the pipe never held comes with the next run', async () => {
    const { cwd, source, run } = await openOrders();
    const args = ['tail', source, ...FROM_START, '--checkpoint', 'tail.db'];
    const first = await run(args, {
      cwd,
      onStart: (child) => void child.stdout?.once('data', () => child.stdout?.destroy()),
    });
    expect(first).toMatchObject({ status: 141, stderr: '' });
    expect(first.stdout).not.toBe('');
    const second = await run(args, { cwd });
    expect(second, second.stderr).toMatchObject({ status: 0 });
    const seen = idsIn(`${first.stdout}\n${second.stdout}`);
    expect((COUNT - seen.size) * 1024).toBeLessThan(IN_THE_PIPE_BYTES);
    expect(documentsIn(second.stdout).length).toBeLessThanOrEqual(COUNT);
  });

  test('its reader never having read, it has waited, and is quiet and 141 too', async () => {
    let pages = 0;
    let child: ChildProcess | undefined;
    const rig = await openOrders({
      intercept: ({ operation }) => {
        // By then more is read than the pipe takes.
        if (operation === 'changeFeed' && ++pages === 8) child?.stdout?.destroy();
        return undefined;
      },
    });
    pages = 0;
    const result = await rig.run(['tail', rig.source, ...FROM_START], {
      cwd: rig.cwd,
      onStart: (running) => {
        child = running;
        running.stdout?.pause();
      },
    });
    expect(result).toMatchObject({ status: 141, stderr: '' });
  });

  test('the disk being full, that is 9 and said once, and everything comes with the next run', async (context) => {
    context.skip(!existsSync('/dev/full'), 'there is no /dev/full here');
    const { cwd, source, run } = await openOrders();
    const args = ['tail', source, ...FROM_START, '--checkpoint', 'tail.db', '--log-format', 'json'];
    const full = await run(args, { cwd, stdoutTo: '/dev/full' });
    expect(full).toMatchObject({ status: 9 });
    const failures = eventsIn(full.stderr).filter(({ event }) => event === 'failure');
    expect(failures).toMatchObject([{ code: 'local_io', message: expect.stringMatching(/stdout.*ENOSPC/) }]);
    expect(idsIn((await run(args, { cwd })).stdout).size).toBe(COUNT);
  });
});

test('killed with SIGKILL, the runs together print everything', async () => {
  const { cwd, source, run } = await openOrders();
  const args = ['tail', source, ...FROM_START, '--checkpoint', 'tail.db'];
  const first = await run(args, {
    cwd,
    onStart: (child) => void child.stdout?.once('data', () => child.kill('SIGKILL')),
  });
  expect(first).toMatchObject({ signal: 'SIGKILL' });
  const second = await run(args, { cwd });
  expect(second, second.stderr).toMatchObject({ status: 0 });
  // The last line of the first may be cut off.
  expect(idsIn(`${first.stdout}\n${second.stdout}`).size).toBe(COUNT);
});

test('tail begins now, says when it is ready, prints what is written from then on, and ends clean on Ctrl-C', async () => {
  const { account, named, cwd, source, run } = await openOrders();
  const args = ['tail', source, '--checkpoint', 'tail.db', '--poll', '20ms'];
  const follow = (id: string) =>
    run(args, {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', async (chunk) => {
          if (/ready: following/.test(String(chunk))) await write(id);
        });
        child.stdout?.once('data', () => child.kill('SIGINT'));
      },
    });
  const write = (id: string) =>
    upsertText(account, named('shop/orders'), '["x"]', `{"customerId":"x","id":"${id}","n":1.0}`);
  const first = await follow('one');
  expect(first, first.stderr).toMatchObject({ status: 130, stdout: '{"customerId":"x","id":"one","n":1.0}\n' });
  await write('between');
  const second = await run([...args, '--max', '1'], { cwd });
  expect(second, second.stderr).toMatchObject({ status: 0, stdout: '{"customerId":"x","id":"between","n":1.0}\n' });
});

test('--max prints exactly so many, --envelope what happened to them, and --idle-timeout ends a tail that waits', async () => {
  const { cwd, source, run } = await openOrders();
  const some = await run(['tail', source, '--start-from', 'beginning', '--max', '7', '--envelope'], { cwd });
  expect(some, some.stderr).toMatchObject({ status: 0 });
  const envelopes = documentsIn(some.stdout);
  expect(envelopes).toHaveLength(7);
  for (const { key, operation, lsn, range, time, document } of envelopes) {
    expect(key).toEqual([document.id, document.customerId]);
    expect([operation, lsn > 0, Number.isNaN(Date.parse(time))]).toEqual(['upsert', true, false]);
    expect(range).toMatch(/^[0-9A-F]*-[0-9A-F]+$/);
  }
  const idle = await run(['tail', source, '--idle-timeout', '50ms'], { cwd });
  expect(idle, idle.stderr).toMatchObject({ status: 0, stdout: '' });
});

describe('a command line that makes no sense ends with 2 and says what to write:', () => {
  test.each([
    [['--start-from', 'yesterday'], /--start-from: "yesterday" is neither.*\n.*2026-/],
    [
      ['--mode', 'full-fidelity', '--start-from', 'beginning'],
      /from now on, or where a checkpoint says\n.*--start-from/,
    ],
    [['--mode', 'full-fidelity', '-e'], /nothing would come\n.*--checkpoint FILE/],
    [['--partition-key', 'a', '--feed-range', '0-1'], /exclude each other/],
  ])('%s', async (flags, message) => {
    const result = await runCli(['tail', 'embedded:shop/orders', ...flags], { cwd: useDirectory() });
    expect(result).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(message) });
  });
});

// biome-ignore lint/suspicious/noExplicitAny: whatever was printed
function documentsIn(text: string): any[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

function eventsIn(stderr: string): { readonly event: string }[] {
  return documentsIn(stderr);
}

/** Of whole lines: the last of a run may be cut off. */
function idsIn(text: string): Set<string> {
  return new Set([...text.matchAll(/^\{"id":"([^"]*)".*\}$/gm)].map(([, id = '']) => id));
}
