import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useAccount } from '../support/account.ts';
import { contentsOf, upsertText } from '../support/contents.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

test('copy creates the target like the source and makes it equal', async () => {
  const { account, client, named, address, run } = await useAccount();
  const cwd = useDirectory();
  await client.databases.create({ id: named('shop') });
  const definition = {
    id: 'orders',
    partitionKey: { paths: ['/customerId', '/currency'], kind: 'MultiHash' as never, version: 2 },
    defaultTtl: 3600,
    uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/id'] }] },
    indexingPolicy: {
      indexingMode: 'consistent' as const,
      automatic: true,
      includedPaths: [{ path: '/amount/?' }],
      excludedPaths: [{ path: '/*' }],
    },
  };
  await client.database(named('shop')).containers.create(definition);
  const [source, target] = [address('shop/orders'), address('other/copy')];
  expect(await run(['produce', source, '--count', '2500', '--payload-size', '600b'], { cwd })).toMatchObject({
    status: 0,
  });

  const result = await run(['copy', source, target, '--ttl-mode', 'keep'], { cwd });
  expect(result, result.stderr).toMatchObject({ status: 0, stdout: '' });
  expect(result.stderr).toMatch(/done: read 2,500, written 2,500, skipped 0/);
  expect(await contentsOf(account, named('other/copy'))).toEqual(await contentsOf(account, named('shop/orders')));
  const { resource } = await client.database(named('other')).container('copy').read();
  const { id: _, ...policies } = definition;
  expect(resource).toMatchObject(policies);
});

test('running a finished copy again copies only what is new', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const [source, target] = [address('shop/orders'), address('shop/copy')];
  await run(['produce', source, '--count', '100'], { cwd });
  await run(['copy', source, target], { cwd });
  await upsertText(account, named('shop/orders'), '["x"]', '{"customerId":"x","id":"new","n":1.0}');
  const second = await run(['copy', source, target], { cwd });
  expect(second.stderr).toMatch(/read 1, written 1/);
  const restarted = await run(['copy', source, target, '--restart'], { cwd });
  expect(restarted.stderr).toMatch(/read 101, written 101/);
  expect(await contentsOf(account, named('shop/copy'))).toEqual(await contentsOf(account, named('shop/orders')));
});

test('copy --follow goes on with what changes, and stops clean on SIGTERM', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const [source, target] = [address('shop/orders'), address('shop/copy')];
  await run(['produce', source, '--count', '100'], { cwd });
  let isChanged = false;
  const result = await run(['copy', source, target, '--follow', '--poll', '20ms', '--log-format', 'json'], {
    cwd,
    onStart: (child) => {
      child.stderr?.on('data', async (chunk) => {
        if (isChanged || !String(chunk).includes('caught up')) return;
        isChanged = true;
        await upsertText(account, named('shop/orders'), '["x"]', '{"customerId":"x","id":"new"}');
        while ((await contentsOf(account, named('shop/copy'))).length < 101);
        child.kill('SIGTERM');
      });
    },
  });
  expect(result, result.stderr).toMatchObject({ status: 143 });
  const events = result.stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ event: 'summary', state: 'stopped', read: 101, written: 101 });
});

test('the first SIGINT drains and commits: nothing is copied twice', async () => {
  let child: { kill(signal: NodeJS.Signals): void } | undefined;
  let pages = 0;
  let writes = 0;
  const { address, run } = await useAccount({
    intercept: ({ operation, body }) => {
      if (operation === 'changeFeed' && ++pages === 8) child?.kill('SIGINT');
      if (operation === 'batch') writes += body.toString().split('"operationType"').length - 1;
      return undefined;
    },
  });
  const cwd = useDirectory();
  const [source, target] = [address('shop/orders'), address('shop/copy')];
  await run(['produce', source, '--count', '1500'], { cwd });
  writes = 0;
  const args = ['copy', source, target, '--max-item-count', '20'];
  const first = await run(args, {
    cwd,
    onStart: (running) => {
      child = running;
    },
  });
  expect(first, first.stderr).toMatchObject({ status: 130 });
  expect(writes).toBeGreaterThan(0);
  expect(writes).toBeLessThan(1500);
  expect(await run(args, { cwd })).toMatchObject({ status: 0 });
  expect(writes).toBe(1500);
});

test('the second SIGINT leaves at once, and the copy can still go on', async () => {
  let child: { kill(signal: NodeJS.Signals): void } | undefined;
  let isHanging = true;
  const { account, named, address, run } = await useAccount({
    intercept: ({ operation }) => {
      if (operation !== 'batch' || !child || !isHanging) return undefined;
      child.kill('SIGINT');
      return { hang: true };
    },
  });
  const cwd = useDirectory();
  const [source, target] = [address('shop/orders'), address('shop/copy')];
  await run(['produce', source, '--count', '50'], { cwd });
  const first = await run(['copy', source, target], {
    cwd,
    onStart: (running) => {
      child = running;
      running.stderr?.on('data', (chunk) => {
        if (String(chunk).includes('stopping')) running.kill('SIGINT');
      });
    },
  });
  expect(first, first.stderr).toMatchObject({ status: 130 });
  isHanging = false;
  expect(await run(['copy', source, target], { cwd })).toMatchObject({ status: 0 });
  expect(await contentsOf(account, named('shop/copy'))).toHaveLength(50);
});

test('on the embedded server, everything is below .cosmosflow, for its owner alone, and without the key', async () => {
  const cwd = useDirectory();
  expect(await runCli(['produce', 'embedded:shop/orders', '--count', '10'], { cwd })).toMatchObject({ status: 0 });
  const quiet = await runCli(['copy', 'embedded:shop/orders', 'embedded:shop/copy', '--quiet'], { cwd });
  expect(quiet).toMatchObject({ status: 0, stdout: '', stderr: '' });
  const [name = ''] = readdirSync(join(cwd, '.cosmosflow')).filter((found) => /^copy-\w{8}\.db$/.test(found));
  const checkpoint = join(cwd, '.cosmosflow', name);
  expect(statSync(checkpoint).mode & 0o777).toBe(0o600);
  expect(statSync(join(cwd, '.cosmosflow')).mode & 0o777).toBe(0o700);
  expect(readFileSync(checkpoint).toString('latin1')).not.toContain('C2y6yDjf5');
  expect(existsSync(`${checkpoint}-wal`)).toBe(false);
});

test('copies in one directory go on each where it was, and one that is another job there is refused', async () => {
  const { address, run } = await useAccount();
  const cwd = useDirectory();
  const copy = (target: string, ...flags: string[]) =>
    run(['copy', address('shop/orders'), address(target), ...flags], { cwd });
  await run(['produce', address('shop/orders'), '--count', '10'], { cwd });
  for (const target of ['shop/one', 'shop/two'])
    expect(await copy(target)).toMatchObject({ status: 0, stderr: expect.stringContaining('read 10, written 10') });
  expect(await copy('shop/one')).toMatchObject({ status: 0, stderr: expect.stringContaining('read 0, written 0') });
  expect(await copy('shop/one', '--where', 'c.amount > 1')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/"\.cosmosflow\/copy-\w{8}\.db" is the checkpoint of another job/),
  });
});

test('produce writes the same orders for the same seed, as many as it is told', async () => {
  const { account, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const [one, two] = ['shop/one', 'shop/two'];
  await run(['produce', address(one), '--count', '1234', '--seed', '7'], { cwd });
  await run(['produce', address(two), '--count', '1234', '--seed', '7', '--rate', '5000'], { cwd });
  await run(['produce', address(two), '--count', '34', '--seed', '7'], { cwd });
  const orders = await contentsOf(account, named(one));
  expect(orders).toHaveLength(1234);
  expect(await contentsOf(account, named(two))).toEqual(orders);
});

test('SIGINT while an account does not answer ends the command, without a word about the account', async () => {
  let child: { kill(signal: NodeJS.Signals): void } | undefined;
  const { address, run } = await useAccount({
    intercept: () => {
      child?.kill('SIGINT');
      return { hang: true };
    },
  });
  const result = await run(['copy', address('shop/orders'), address('shop/copy')], {
    cwd: useDirectory(),
    onStart: (running) => {
      child = running;
    },
  });
  expect(result).toMatchObject({ status: 130 });
  expect(result.stderr).not.toMatch(/available|hint/);
});

test('a SIGINT while the target is busy still writes and commits what was read', async () => {
  let child: { kill(signal: NodeJS.Signals): void } | undefined;
  let batches = 0;
  const { address, run } = await useAccount({
    intercept: ({ operation }) => {
      if (operation !== 'batch' || !child || ++batches > 8) return undefined;
      if (batches === 3) child.kill('SIGINT');
      return { status: 449 };
    },
  });
  const cwd = useDirectory();
  const [source, target] = [address('shop/orders'), address('shop/copy')];
  await run(['produce', source, '--count', '600'], { cwd });
  const result = await run(['copy', source, target, '--max-item-count', '50', '--log-format', 'json'], {
    cwd,
    onStart: (running) => {
      child = running;
    },
  });
  expect(result, result.stderr).toMatchObject({ status: 130 });
  const summary = JSON.parse(result.stderr.trimEnd().split('\n').at(-1) ?? '');
  expect(summary).toMatchObject({ event: 'summary', state: 'stopped', skipped: 0 });
  expect(summary.read).toBe(summary.written);
});

test('a copy that the checkpoint refuses has not created its target', async () => {
  const { client, named, address, run } = await useAccount();
  const cwd = useDirectory();
  const source = address('shop/orders');
  await run(['produce', source, '--count', '10'], { cwd });
  await run(['copy', source, address('shop/one'), '--checkpoint', 'one.db'], { cwd });
  expect(await run(['copy', source, address('shop/two'), '--checkpoint', 'one.db'], { cwd })).toMatchObject({
    status: 2,
  });
  const { resources } = await client.database(named('shop')).containers.readAll().fetchAll();
  expect(resources.map(({ id }) => id).sort()).toEqual(['one', 'orders']);
});

test('an emulator takes its own key although the environment has that of an account', async () => {
  needsEmbedded('the key of all emulators for certain');
  const { address, run } = await useAccount();
  const env = {
    COSMOS_URI: 'https://example.documents.azure.com',
    COSMOS_KEY: Buffer.from('of the account').toString('base64'),
  };
  const result = await run(['produce', address('shop/orders'), '--count', '3'], {
    cwd: useDirectory(),
    env,
  });
  expect(result, result.stderr).toMatchObject({ status: 0 });
});

test('a request to come back later is waited out before anything has begun', async () => {
  const faults = [{ status: 503 }, { status: 503 }, { status: 503 }];
  const { address, run } = await useAccount({
    intercept: ({ operation }) => (operation === 'readContainer' ? faults.shift() : undefined),
  });
  const result = await run(['produce', address('shop/orders'), '--count', '3'], { cwd: useDirectory() });
  expect(result, result.stderr).toMatchObject({ status: 0 });
});
