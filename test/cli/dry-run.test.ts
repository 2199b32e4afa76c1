import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useAccount } from '../support/account.ts';
import { useDirectory } from '../support/run-cli.ts';

test('a dry run of a copy says what would be done, and does nothing', async () => {
  const { client, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const [orders, target] = [address('shop/orders'), address('shop/copy')];
  expect(await run(['produce', orders, '--count', '700'], { cwd: useDirectory() })).toMatchObject({ status: 0 });
  const args = ['copy', orders, target, '--where', 'c.currency = "EUR"', '--dead-letter', 'dead.ndjson'];

  const fresh = await run([...args, '--dry-run'], { cwd });
  expect(fresh, fresh.stderr).toMatchObject({ status: 0, stderr: '' });
  expect(fresh.stdout).toMatch(/^dry run +nothing is made/);
  expect(fresh.stdout).toMatch(/\ntarget .*\/copy, would be created like the source\ncheckpoint .*, new\n/);
  expect(fresh.stdout).toMatch(
    /\ndocuments +about 700, \d+ of them handed on\nestimate +about [\d,]+ RU and .* by a sample of 700\n +about [\d,]+ RU to write/,
  );
  expect(fresh.stdout).toMatch(/\nranges +\d+\n +-–\S+ {2}from beginning\n/);
  expect(readdirSync(cwd)).toEqual([]);
  const { resources } = await client.database(named('shop')).containers.readAll().fetchAll();
  expect(resources.map(({ id }) => id)).toEqual(['orders']);

  expect(await run(args, { cwd })).toMatchObject({ status: 0 });
  const again = await run([...args, '--dry-run', '--log-format', 'json'], { cwd });
  const { plan } = JSON.parse(again.stdout);
  expect(plan).toMatchObject({
    checkpoint: expect.stringMatching(/^\.cosmosflow\/copy-\w{8}\.db, goes on$/),
    documents: 0,
    sampled: 0,
  });
  expect(plan.target).toMatch(/copy, is there$/);
  for (const { from } of plan.ranges) expect(from).toContain('etag');
  expect((await run([...args, '--dry-run'], { cwd })).stdout).toMatch(/ {2}from after commit \d+\n/);
});

test('a dry run of an export says where it would write, and makes nothing there', async () => {
  const { address, run } = await useAccount();
  const cwd = useDirectory();
  const orders = address('shop/orders');
  expect(await run(['produce', orders, '--count', '50'], { cwd: useDirectory() })).toMatchObject({ status: 0 });
  const tail = await run(['tail', orders, '-e', '--out', 'out', '--dry-run'], { cwd });
  expect(tail, tail.stderr).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/\ntarget .*\/out \(ndjson\)\n/),
  });
  const query = await run(['query-export', orders, '--where', 'c.amount > 100', '--out', 'q', '--dry-run'], { cwd });
  expect(query).toMatchObject({ status: 0, stdout: expect.stringMatching(/\ndocuments +at most 50, /) });
  const following = await run(['tail', orders, '--dry-run'], { cwd });
  expect(following).toMatchObject({ status: 0, stdout: expect.stringMatching(/ {2}from now\n/) });
  expect(readdirSync(cwd)).toEqual([]);
});

test('a dry run makes no embedded data', async () => {
  const { run } = await useAccount();
  const cwd = useDirectory();
  const result = await run(['copy', 'embedded:shop/orders', 'embedded:shop/copy', '--dry-run'], { cwd });
  expect(result).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/there is no container/) });
  expect(readdirSync(cwd)).toEqual([]);
});
