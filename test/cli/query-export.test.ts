import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import type { Context } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { fill } from '../sources/rig.ts';
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
  const all = await run(['query-export', source, '--checkpoint', 'all.db'], { cwd });
  expect(all, all.stderr).toMatchObject({ status: 0 });
  expect(all.stdout.trimEnd().split('\n')).toHaveLength(51);
  expect(all.stdout).toContain('{"customerId":"x","id":"new","n":1.0,"amount":1e9,"_rid"');
  expect(all.stderr).toMatch(/resumes at pages; not a snapshot/);
  const count = await run(['query-export', source, '--query', 'SELECT VALUE COUNT(1) FROM c'], { cwd });
  expect(count, count.stderr).toMatchObject({ status: 0, stdout: '51\n' });
  expect(count.stderr).toMatch(/cannot resume: a crash starts over/);
});

test('the query may be in a file or in parts, and parameters hold any text', async () => {
  const rig = await useContainer();
  const source = addressOf(rig.emulator, 'db/items');
  await fill(rig, ['a', 'x=y']);
  await fill(rig, ['b'], 7);
  const file = join(useDirectory(), 'large.sql');
  writeFileSync(file, 'SELECT c.id,\n  c.version FROM c WHERE c.version > @min OR c.id = @it\n');
  const { lines } = await invoke(source, ['--query-file', file, '--param', 'min=6', '--param', '@it="x=y"']);
  expect(lines.toSorted()).toEqual(['{"id":"b","version":7}', '{"id":"x=y","version":1}']);
  const parts = await invoke(source, ['--where', 'c.version > @min', '--select', 'c.id', '--param', 'min=6e0']);
  expect(parts.lines).toEqual(['{"id":"b"}']);
  expect(parts.notes).toContainEqual(
    expect.stringMatching(/would resume at pages with a --checkpoint; not a snapshot/),
  );
});

test('an export that has finished is left as it is, until it is asked for what is new or to start over', async () => {
  const rig = await useContainer();
  const checkpoint = join(useDirectory(), 'done.db');
  const query = (...more: readonly string[]): ReturnType<typeof invoke> => {
    const flags = ['--query', 'SELECT c.id FROM c', '--checkpoint', checkpoint, ...more];
    return invoke(addressOf(rig.emulator, 'db/items'), flags);
  };
  await fill(rig, ['a', 'b', 'c']);
  expect((await query('--incremental')).lines).toHaveLength(3);
  expect((await query('--incremental')).lines).toEqual([]);
  await fill(rig, ['new']);
  const { lines, notes } = await query();
  expect(lines).toEqual([]);
  expect(notes).toEqual([expect.stringMatching(/^all of this was exported on \d{4}-.*; nothing to be done$/)]);
  expect((await query('--incremental')).lines).toEqual(['{"id":"new"}']);
  expect((await query('--restart')).lines).toHaveLength(4);
  await expect(query('--param', 'unused=1')).rejects.toMatchObject({
    code: 'other_job',
    message: expect.stringMatching(/its mode is query SELECT c.id FROM c, not query SELECT c.id FROM c with @unused=1/),
  });
});

test('files of an export that was killed again and again are those of one that was not', async () => {
  let child: { kill(signal: NodeJS.Signals): void } | undefined;
  let [pages, killAt] = [0, 0];
  const { address, run } = await useAccount({
    intercept: ({ operation }) => {
      if (operation === 'query' && ++pages === killAt) child?.kill('SIGKILL');
      return undefined;
    },
  });
  const cwd = useDirectory();
  const source = address('shop/orders');
  await run(['produce', source, '--count', '400'], { cwd });
  const onStart = (running: typeof child): void => {
    pages = 0;
    child = running;
  };
  const exported = (out: string): Promise<CliResult> =>
    run(['query-export', source, '--max-item-count', '10', '--out', out], { cwd, onStart });
  expect(await exported('once')).toMatchObject({ status: 0 });
  const needed = pages;
  let asked = 0;
  for (killAt of [7, 11, 15]) {
    expect(await exported('killed')).toMatchObject({ signal: 'SIGKILL' });
    asked += pages;
  }
  killAt = 0;
  expect(await exported('killed')).toMatchObject({ status: 0 });
  expect(asked + pages).toBeLessThan(needed * 2);
  const files = filesOf(join(cwd, 'once'));
  expect(files).toHaveLength(4);
  expect(filesOf(join(cwd, 'killed'))).toEqual(files);
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
    [['--incremental'], /--incremental needs a checkpoint/, /--checkpoint FILE/],
    [['--continuous', '--incremental'], /exclude each other/, /give one of them/],
    [['--resume', '--restart'], /exclude each other/, /give one of them/],
  ])('%j', async (args, message, hint) => {
    const { emulator } = await useContainer();
    const checkpoint = join(useDirectory(), 'checkpoint.db');
    const attempt = invoke(addressOf(emulator, 'db/items'), [
      ...(args.includes('--incremental') ? [] : ['--checkpoint', checkpoint]),
      ...args,
    ]);
    await expect(attempt).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
    expect(existsSync(checkpoint)).toBe(false);
  });
});

/** Runs the command in this process; a test that fails has printed nothing. */
async function invoke(source: string, flags: readonly string[]): Promise<{ lines: string[]; notes: string[] }> {
  const invocation = await parseCommandLine(['query-export', source, ...flags], COMMANDS);
  if (typeof invocation === 'number') throw new Error('nothing was invoked');
  const [stdout, notes]: [PassThrough, string[]] = [new PassThrough(), []];
  const talk: Context['talk'] = {
    of: () => talk,
    note: (text) => void notes.push(text),
    waiting: (_, work) => work(),
    progress: () => ({ stop: () => {} }),
    summary: () => {},
  };
  const { signal } = new AbortController();
  const failure = await invocation
    .run({ environment: {}, signal, stdin: () => new PassThrough(), stdout, talk })
    .catch((error: unknown) => ({ error }));
  const text = String(stdout.read() ?? '');
  if (!failure) return { lines: linesOf({ stdout: text }), notes };
  expect(text).toBe('');
  throw failure.error;
}

/** Names and texts of the parts. */
function filesOf(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.startsWith('part-'));
  return names.sort().map((name) => `${name}\n${readFileSync(join(directory, name), 'utf8')}`);
}

function linesOf({ stdout }: Pick<CliResult, 'stdout'>): string[] {
  return stdout.split('\n').filter((line) => line !== '');
}
