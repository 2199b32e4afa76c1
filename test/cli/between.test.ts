import { describe, expect, test } from 'vitest';
import { useAccount } from '../support/account.ts';
import { contentsOf } from '../support/contents.ts';
import { useDirectory } from '../support/run-cli.ts';

test('a part of a container is copied, and of each document a part', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  expect(await run(['produce', address('shop/orders'), '--count', '300'], { cwd })).toMatchObject({ status: 0 });
  const [where, select] = ['c.currency = "EUR" AND c._ts > 0', 'c.id, c.customerId, c.currency'];
  const args = ['copy', address('shop/orders'), address('shop/euros'), '--where', where, '--select', select];
  const result = await run([...args, '--log-format', 'json'], { cwd });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  const { read, written, filtered } = JSON.parse(result.stderr.trim().split('\n').at(-1) ?? '');
  expect([read, written + filtered]).toEqual([300, 300]);
  const [orders, euros] = [
    await contentsOf(account, named('shop/orders')),
    await contentsOf(account, named('shop/euros')),
  ];
  const wanted = orders
    .map((text) => JSON.parse(text) as Record<string, string>)
    .filter(({ currency }) => currency === 'EUR')
    .map(({ id, customerId, currency }) => JSON.stringify({ id, customerId, currency }));
  expect(euros).toEqual(wanted.sort());
  expect(written).toBe(wanted.length);

  const other = await run([...args.slice(0, 3), '--where', 'c.currency = "USD"'], { cwd });
  expect(other).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/checkpoint of another job.*where c\.currency/),
  });
});

describe('a clause that makes no sense gets one line with the place, and exit 2:', () => {
  test.each<[flag: string, text: string, says: RegExp]>([
    ['--where', 'c.a >\n= 3 FRM c', /^cosmosflow: --where: .*'=' at line 2, column 1: c\.a > →= 3 FRM c$/m],
    ['--where', 'total > 3', /--where: Identifier 'total' could not be resolved at line 1, column 1: →total > 3$/m],
    ['--where', 'udf.f(c)', /--where: User-defined functions are not supported at line 1, column 1/],
    ['--select', 'c.id, COUNT(1)', /--select: .* at line 1, column 7: c\.id, →COUNT\(1\)$/m],
  ])('%s %j', async (flag, text, says) => {
    const { run, address } = await useAccount();
    const { status, stdout, stderr } = await run(['tail', address('a/b'), flag, text], { cwd: useDirectory() });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/\n {2}hint: documents are called c: /);
  });

  test('columns that leave out the partition key, before a target is made', async () => {
    const { client, named, run, address } = await useAccount();
    const cwd = useDirectory();
    expect(await run(['produce', address('shop/orders'), '--count', '3'], { cwd })).toMatchObject({ status: 0 });
    const result = await run(['copy', address('shop/orders'), address('shop/ids'), '--select', 'c.id'], { cwd });
    expect(result).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/id and partition key\n.*c\.id, c\.customerId/),
    });
    const { resources } = await client.database(named('shop')).containers.readAll().fetchAll();
    expect(resources.map(({ id }) => id)).toEqual(['orders']);
  });
});
