import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import type { Context } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { useAccount } from '../support/account.ts';
import { useContainer } from '../support/container.ts';
import { upsertText } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { type CliResult, useDirectory } from '../support/run-cli.ts';

test('query-export prints what is asked for, one result a line, and says how it can resume', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const source = address('shop/orders');
  await run(['produce', source, '--count', '50'], { cwd });
  await upsertText(account, named('shop/orders'), '["x"]', '{"customerId":"x","id":"new","n":1.0,"amount":1e9}');
  const all = await run(['query-export', source], { cwd });
  expect(all, all.stderr).toMatchObject({ status: 0 });
  expect(all.stdout.trimEnd().split('\n')).toHaveLength(51);
  expect(all.stdout).toContain('{"customerId":"x","id":"new","n":1.0,"amount":1e9,"_rid"');
  expect(all.stderr).toMatch(/resumes at pages; not a snapshot/);

  writeFileSync(join(cwd, 'large.sql'), 'SELECT c.id,\n  c.amount FROM c WHERE c.amount > @min AND c.id != @not\n');
  const parameters = ['--param', 'min=1000000', '--param', '@not="x=y"'];
  const large = await run(['query-export', source, '--query-file', 'large.sql', ...parameters], { cwd });
  expect(large, large.stderr).toMatchObject({ status: 0, stdout: '{"id":"new","amount":1000000000}\n' });

  const parts = ['--where', 'c.amount > @min', '--select', 'c.id', '--param', 'min=1e6'];
  expect(await run(['query-export', source, ...parts], { cwd })).toMatchObject({ stdout: '{"id":"new"}\n' });

  const count = await run(['query-export', source, '--query', 'SELECT VALUE COUNT(1) FROM c'], { cwd });
  expect(count, count.stderr).toMatchObject({ status: 0, stdout: '51\n' });
  expect(count.stderr).toMatch(/cannot resume: a crash starts over/);
});

test('an export that has finished is left as it is, until it is asked for what is new or to start over', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const source = address('shop/orders');
  const query = (...more: readonly string[]): Promise<CliResult> =>
    run(['query-export', source, '--query', 'SELECT c.id FROM c', '--checkpoint', 'done.db', ...more], { cwd });
  await run(['produce', source, '--count', '20'], { cwd });
  expect(linesOf(await query('--incremental'))).toHaveLength(20);
  expect(linesOf(await query('--incremental'))).toEqual([]);
  await upsertText(account, named('shop/orders'), '["x"]', '{"customerId":"x","id":"new"}');
  const again = await query();
  expect(again).toMatchObject({ status: 0, stdout: '' });
  expect(again.stderr).toMatch(/all of this was exported on \d{4}-.*nothing to be done/);
  expect(linesOf(await query('--incremental'))).toEqual(['{"id":"new"}']);
  expect(linesOf(await query('--restart'))).toHaveLength(21);
  const other = await query('--param', 'unused=1');
  expect(other).toMatchObject({ status: 2, stdout: '' });
  expect(other.stderr).toMatch(
    /checkpoint of another job: its mode is query SELECT c.id FROM c, not .* with @unused=1/,
  );
});

test('an export that was stopped goes on behind the pages that were printed, or starts over and says so', async () => {
  let child: { kill(signal: NodeJS.Signals): void } | undefined;
  let pages = 0;
  const { address, run } = await useAccount({
    intercept: ({ operation }) => {
      if (operation === 'query' && ++pages === 9) child?.kill('SIGINT');
      return undefined;
    },
  });
  const cwd = useDirectory();
  const source = address('shop/orders');
  await run(['produce', source, '--count', '300'], { cwd });
  const query = async (text: string): Promise<readonly CliResult[]> => {
    const args = ['query-export', source, '--query', text, '--max-item-count', '10', '--checkpoint', `${pages}.db`];
    pages = 0;
    const first = await run(args, {
      cwd,
      onStart: (running) => {
        child = running;
      },
    });
    expect(first, first.stderr).toMatchObject({ status: 130 });
    return [first, await run(args, { cwd })];
  };
  const byRange = await query('SELECT c.id FROM c');
  const ids = byRange.flatMap(linesOf);
  expect(ids).toHaveLength(300);
  expect(new Set(ids).size).toBe(300);
  const [ordered, rest] = await query('SELECT c.id FROM c ORDER BY c.id');
  expect(linesOf(ordered as CliResult).length).toBeLessThan(300);
  expect(linesOf(rest as CliResult)).toHaveLength(300);
  expect(rest?.stderr).toMatch(/no position in the middle of this query: starting over/);
});

test('query-export --continuous prints what is written while it runs, and stops clean', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const source = address('shop/orders');
  await run(['produce', source, '--count', '10'], { cwd });
  let [lines, isChanged] = [0, false];
  const result = await run(['query-export', source, '--continuous', '--poll', '20ms'], {
    cwd,
    onStart: (child) => {
      child.stdout?.on('data', async (chunk) => {
        lines += String(chunk).split('\n').length - 1;
        if (lines === 11) child.kill('SIGTERM');
        if (lines !== 10 || isChanged) return;
        isChanged = true;
        await upsertText(account, named('shop/orders'), '["x"]', '{"customerId":"x","id":"new"}');
      });
    },
  });
  expect(result, result.stderr).toMatchObject({ status: 143 });
  expect(linesOf(result)).toHaveLength(11);
  expect(result.stderr).toMatch(/stopped: read 11, written 11/);
});

describe('bad input gets one clear line and a hint, before anything is written', () => {
  test.each([
    [['--query', 'SELECT * FORM c'], /refused at character 10: Syntax error/, /SELECT \* »FORM« c/],
    [['--query', 'SELECT VALUE FOO(c) FROM c'], /refused at character 14: .*FOO/, /»FOO\(c\)«/],
    [['--query', ' '], /the query is empty/, /SELECT \* FROM c/],
    [['--query', 'SELECT 1', '--query-file', 'x'], /exclude each other/, /give one of them/],
    [['--query', 'SELECT 1', '--where', 'true'], /--query and --where exclude/, /give one of them/],
    [['--where', 'c.a ='], /refused at character 28: Syntax error/, /WHERE c\.a =/],
    [['--query-file', 'missing.sql'], /"missing.sql" cannot be read: ENOENT/, /name/],
    [['--param', 'min=open'], /--param: "open" is not JSON/, /'"open"'/],
    [['--param', '100'], /--param: "100" is not name=json/, /min=100/],
    [['--param', 'a=1', '--param', '@a=2'], /"@a" is given twice/, /one value/],
    [['--query', 'SELECT * FROM c WHERE c.a = @a'], /"@a" has no value/, /--param a=/],
    [['--incremental', '--query', 'SELECT TOP 3 * FROM c'], /--incremental needs a query whose results/, /no ORDER BY/],
    [['--continuous', '--incremental'], /exclude each other/, /give one of them/],
    [['--resume', '--restart'], /exclude each other/, /give one of them/],
  ])('%j', async (args, message, hint) => {
    const { emulator } = await useContainer();
    const checkpoint = join(useDirectory(), 'checkpoint.db');
    const stdout = new PassThrough();
    const attempt = invoke(
      ['query-export', addressOf(emulator, 'db/items'), '--checkpoint', checkpoint, ...args],
      stdout,
    );
    await expect(attempt).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(stdout.read()).toBeNull();
  });
});

async function invoke(args: readonly string[], stdout: Writable): Promise<void> {
  const invocation = await parseCommandLine(args, COMMANDS);
  if (typeof invocation === 'number') throw new Error('nothing was invoked');
  await invocation.run({
    environment: {},
    signal: new AbortController().signal,
    stdin: new PassThrough(),
    stdout,
    talk,
  });
}

const talk: Context['talk'] = {
  note: () => {},
  waiting: (_, work) => work(),
  progress: () => ({ stop: () => {} }),
  summary: () => {},
};

function linesOf({ stdout }: CliResult): string[] {
  return stdout.split('\n').filter((line) => line !== '');
}
