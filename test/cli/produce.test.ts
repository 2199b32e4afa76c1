import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { useAccount } from '../support/account.ts';
import { contentsOf } from '../support/contents.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/cosmosflow.js', import.meta.url));

test('a workload with updates and deletes ends as its records say, in one run or in two', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const mix = ['--update-ratio', '0.4', '--delete-ratio', '0.1', '--key-skew', '1'];
  const whole = await run(['produce', address('shop/whole'), '--count', '600', ...mix], { cwd });
  expect(whole, whole.stderr).toMatchObject({ status: 0 });
  await run(['produce', address('shop/halves'), '--count', '250', ...mix], { cwd });
  await run(['produce', address('shop/halves'), '--offset', '250', '--count', '350', ...mix], { cwd });
  const documents = await contentsOf(account, named('shop/whole'));
  expect(documents.length).toBeLessThan(400);
  expect(await contentsOf(account, named('shop/halves'))).toEqual(documents);
});

describe('import', () => {
  test('brings documents in as they are, goes on where it was, and refuses a file that has changed', async () => {
    const { account, named, address, run } = await useAccount();
    const cwd = useDirectory();
    const file = join(cwd, 'people.ndjson');
    const texts = Array.from(
      { length: 1500 },
      (_, index) => `{"id":"${String(index).padStart(4, '0')}","n":${index}.0}`,
    );
    writeFileSync(file, `${texts.join('\n')}\n`);
    const args = ['produce', address('shop/people'), '--input', 'people.ndjson', '--checkpoint', 'people.db'];
    const first = await run(args, { cwd });
    expect(first, first.stderr).toMatchObject({ status: 0 });
    expect(await contentsOf(account, named('shop/people'))).toEqual(texts);
    expect((await run(args, { cwd })).stderr).toMatch(/read 0, written 0/);

    appendFileSync(file, '{"id":"new"}\n');
    const changed = await run(args, { cwd });
    expect(changed).toMatchObject({ status: 8 });
    expect(changed.stderr).toMatch(/people\.ndjson" is not what it was when its import began/);
    expect(await run([...args, '--restart'], { cwd })).toMatchObject({ status: 0 });
    expect(await contentsOf(account, named('shop/people'))).toHaveLength(1501);
  });

  test('makes ids and keys of a table', async () => {
    const { account, named, address, run } = await useAccount();
    const cwd = useDirectory();
    writeFileSync(
      join(cwd, 'sales.csv.gz'),
      gzipSync('day,at,total,open\n2026-11-20,bern,1.50,yes\n2026-11-21,bern,2,no\n'),
    );
    const result = await run(
      [
        ...['produce', address('shop/sales'), '--input', 'sales.csv.gz', '--types', 'total:number,open:boolean'],
        ...['--rename', 'at:shop'],
        ...[
          '--id-from',
          '{/shop}-{/day}',
          '--target-partition-key',
          '/month',
          '--partition-key-from',
          'time:/day:monthly',
        ],
      ],
      { cwd },
    );
    expect(result, result.stderr).toMatchObject({ status: 0 });
    expect(await contentsOf(account, named('shop/sales'))).toEqual([
      '{"id":"bern-2026-11-20","month":"2026-11","day":"2026-11-20","shop":"bern","total":1.50,"open":true}',
      '{"id":"bern-2026-11-21","month":"2026-11","day":"2026-11-21","shop":"bern","total":2,"open":false}',
    ]);
  });

  test('reads standard input, and stops at a record that is no document, saying where it is', () => {
    const cwd = useDirectory();
    const args = [LAUNCHER, 'produce', 'embedded:shop/people', '--input', '-'];
    const env = { PATH: process.env.PATH ?? '', HOME: cwd };
    const good = spawnSync(process.execPath, args, { cwd, env, input: '{"id":"1"}\n{"id":"2"}' });
    expect(String(good.stderr)).toMatch(/read 2, written 2/);
    const bad = spawnSync(process.execPath, args, { cwd, env, input: '{"id":"3"}\n{"id":' });
    expect(bad.status).toBe(2);
    expect(String(bad.stderr)).toMatch(/line 2 of "standard input" cannot be imported/);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['a file that is not there', ['--input', 'none.json'], /cannot read "none.json"/],
    ['a directory', ['--input', '.', '--checkpoint', 'x.db'], /cannot read "\.": it is a directory/],
    ['a checkpoint of standard input', ['--input', '-', '--checkpoint', 'x.db'], /cannot be read again/],
    ['a type that is none', ['--input', '-', '--types', 'n:int'], /"int" is no type/],
    ['a type without a column', ['--input', '-', '--format', 'csv', '--types', 'n:number,b'], /"b" is not column:type/],
    ['ratios above 1', ['--update-ratio', '0.8', '--delete-ratio', '0.3'], /more than 1 together/],
    ['a template that is not there', ['--template', 'none.json'], /cannot read the template/],
  ])('is refused in one line: %s', async (_, flags, message) => {
    const result = await runCli(['produce', 'embedded:shop/people', ...flags], { cwd: useDirectory() });
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trim().split('\n')).toHaveLength(2);
  });
});
