import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli, useDirectory } from '../support/run-cli.ts';

test('pipelines on one embedded server run beside and after each other, and go on where they were', async () => {
  const cwd = directoryWith(`
pipelines:
  orders: { command: produce, target: embedded:shop/orders, count: 60, rate: 200 }
  copy:
    command: copy
    source: embedded:shop/orders
    target: embedded:shop/\${COPY}
    follow: true
    poll: 20ms
    after: first
    until: orders
  first: { command: produce, target: embedded:shop/orders, seed: 2, count: 40 }
  print: { command: tail, source: embedded:shop/copy, untilCaughtUp: true, after: copy }
`);
  const run = () => runCli(['run', 'pipelines.yaml', '--log-format', 'json'], { cwd, env: { COPY: 'copy' } });
  const result = await run();
  expect(result, result.stderr).toMatchObject({ status: 0 });
  expect(idsIn(result.stdout).size).toBe(100);
  expect(summariesIn(result.stderr)).toEqual({ orders: 60, copy: 100, first: 40, print: 100 });
  for (const name of ['orders', 'copy', 'first', 'print']) {
    expect(existsSync(join(cwd, '.cosmosflow', `${name}.db`)), name).toBe(true);
  }
  const again = await run();
  expect(again, again.stderr).toMatchObject({ status: 0, stdout: '' });
  expect(summariesIn(again.stderr)).toEqual({ orders: 0, copy: 0, first: 0, print: 0 });
});

test('pipelines that do not read standard input leave it to the others', async () => {
  const cwd = directoryWith(`
pipelines:
  a: { command: produce, target: embedded:shop/a, input: a.ndjson }
  b: { command: produce, target: embedded:shop/b, input: a.ndjson }
  c: { command: copy, source: embedded:shop/a, target: embedded:shop/c, deletes: diff, follow: true, until: b, after: a }
  d: { command: copy, source: embedded:shop/b, target: embedded:shop/d, deletes: diff, follow: true, until: c, after: b }
`);
  writeFileSync(join(cwd, 'a.ndjson'), '{"id":"1"}');
  const result = await runCli(['run'], { cwd });
  expect(result, result.stderr).toMatchObject({ status: 0 });
});

test('a pipeline that fails stops the others, and the exit code is its', async () => {
  const cwd = directoryWith(`
pipelines:
  orders: { command: produce, target: embedded:shop/orders, rate: 50, count: 100000 }
  receive: { command: consume, port: 0, out: no/such/directory/events.ndjson }
`);
  const result = await runCli(['run'], { cwd });
  expect(result, result.stderr).toMatchObject({ status: 9, stdout: '' });
  const lines = result.stderr.split('\n');
  expect(lines.filter((line) => line.startsWith('cosmosflow: [receive] failed; stopping the others: '))).toHaveLength(
    1,
  );
  expect(lines.at(-3)).toMatch(/^cosmosflow: \[receive\] /);
});

test('a reader of the pipe who has enough ends it without a word, and the others are drained', async () => {
  const cwd = directoryWith(`
pipelines:
  orders: { command: produce, target: embedded:shop/orders, rate: 100, count: 100000 }
  first: { command: produce, target: embedded:shop/orders, seed: 2, count: 40 }
  print: { command: tail, source: embedded:shop/orders, start-from: beginning, poll: 20ms, after: first }
`);
  const result = await runCli(['run'], {
    cwd,
    onStart: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
  });
  expect(result, result.stderr).toMatchObject({ status: 141 });
  expect(result.stderr).toMatch(/\[orders\] stopped: read ([\d,]+), written \1,/);
  expect(result.stderr).not.toMatch(/failed|nobody reads/);
});

test('Ctrl-C drains all of them, and what was read is committed', async () => {
  const cwd = directoryWith(`
pipelines:
  orders: { command: produce, target: embedded:shop/orders, rate: 100, count: 100000 }
  copy: { command: copy, source: embedded:shop/orders, target: embedded:shop/copy, follow: true, poll: 20ms, after: first }
  first: { command: produce, target: embedded:shop/orders, seed: 2, count: 40 }
  receive: { command: consume, port: 0 }
`);
  let isSaid = false;
  const result = await runCli(['run'], {
    cwd,
    onStart: (child) =>
      child.stderr?.on('data', (chunk) => {
        if (isSaid || !String(chunk).includes('[copy] caught up')) return;
        isSaid = true;
        child.kill('SIGINT');
      }),
  });
  expect(result, result.stderr).toMatchObject({ status: 130 });
  for (const name of ['orders', 'copy'])
    expect(result.stderr).toMatch(new RegExp(`\\[${name}\\] stopped: read ([\\d,]+), written \\1,`));
  expect(result.stderr).toMatch(/\[receive\] done: received 0/);
});

test('what is wrong with a file is said at once, a line each, and nothing runs', async () => {
  const cwd = directoryWith(`pipelines:
  a: { command: produce, target: embedded:shop/a, coutn: 3 }
  b: { command: copy, source: embedded:shop/a }
`);
  for (const args of [['run'], ['run', 'pipelines.yaml', '--check']]) {
    expect(await runCli(args, { cwd })).toMatchObject({
      status: 2,
      stdout: '',
      stderr: `cosmosflow: pipelines.yaml:2:51: produce has no flag "coutn"; did you mean "count"?
pipelines.yaml:3:3: "b" has no target: address of the container to write
  hint: cosmosflow COMMAND --help says what a command takes
`,
    });
  }
  expect(existsSync(join(cwd, '.cosmosflow'))).toBe(false);
});

function directoryWith(pipelines: string): string {
  const directory = useDirectory();
  writeFileSync(join(directory, 'pipelines.yaml'), pipelines);
  return directory;
}

function idsIn(ndjson: string): Set<unknown> {
  return new Set(
    ndjson
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: unknown }).id),
  );
}

/** What each pipeline has written, by its name. */
function summariesIn(log: string): Record<string, number> {
  const events = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; pipeline: string; written: number });
  return Object.fromEntries(
    events.filter(({ event }) => event === 'summary').map(({ pipeline, written }) => [pipeline, written]),
  );
}
