import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useAccount } from '../support/account.ts';
import { type CliResult, runCli, useDirectory } from '../support/run-cli.ts';

describe('bad input gets one clear line, a hint and exit 2', () => {
  test.each<{ what: string; args: string[]; env?: Record<string, string>; says: RegExp; hint: RegExp }>([
    {
      what: 'an unknown flag',
      args: ['copy', 'a/b', 'c/d', '--concurency', '3'],
      says: /unknown option "--concurency"/,
      hint: /--concurrency/,
    },
    { what: 'an unknown command', args: ['cpoy'], says: /unknown command "cpoy"/, hint: /copy/ },
    { what: 'a missing argument', args: ['copy', 'a/b'], says: /missing required argument "target"/, hint: /--help/ },
    { what: 'one argument too many', args: ['produce', 'a/b', 'c/d'], says: /too many arguments/, hint: /--help/ },
    { what: 'a flag without its value', args: ['produce', 'a/b', '--count'], says: /argument missing/, hint: /--help/ },
    {
      what: 'a count that is none',
      args: ['produce', 'embedded:a/b', '--count', 'many'],
      says: /--count: "many" is not a whole number/,
      hint: /how many/,
    },
    {
      what: 'a duration without a unit',
      args: ['copy', 'a/b', 'c/d', '--poll', '5'],
      says: /--poll: "5" is not a duration/,
      hint: /5s/,
    },
    {
      what: 'a bad value in the environment',
      args: ['copy', 'a/b', 'c/d'],
      env: { COSMOSFLOW_CONCURRENCY: '0' },
      says: /--concurrency: "0"/,
      hint: /batches/,
    },
    {
      what: 'missing credentials',
      args: ['copy', 'shop/orders', 'shop/copy'],
      says: /no account for "shop\/orders"/,
      hint: /COSMOS_URI and COSMOS_KEY/,
    },
    {
      what: 'a missing key',
      args: ['copy', 'a/b', 'c/d'],
      env: { COSMOS_URI: 'https://x.documents.azure.com' },
      says: /no key for "a\/b"/,
      hint: /COSMOS_KEY/,
    },
    {
      what: 'an address without a container',
      args: ['copy', 'orders', 'a/b'],
      says: /"orders" is not an address/,
      hint: /db\/container/,
    },
    {
      what: 'an address with a query',
      args: ['produce', 'cosmos://localhost:8081/a/b?c'],
      says: /is not an address/,
      hint: /cosmos:\/\/HOST/,
    },
    {
      what: 'a time that no timer can hold',
      args: ['produce', 'embedded:a/b', '--request-timeout', '30d'],
      says: /--request-timeout: "30d" is not a time from/,
      hint: /how long/,
    },
    {
      what: 'an address of an unknown scheme',
      args: ['produce', 'kafka:a/b'],
      says: /"kafka:a\/b" is not an address/,
      hint: /embedded:db\/container/,
    },
    {
      what: 'an address with a key in it',
      args: ['produce', 'cosmos://user:secret@host/a/b'],
      says: /must not carry a key/,
      hint: /COSMOS_KEY/,
    },
    {
      what: 'an unencrypted account',
      args: ['produce', 'a/b'],
      env: { COSMOS_URI: 'http://example.com', COSMOS_KEY: 'aaaa' },
      says: /is not encrypted/,
      hint: /https/,
    },
    {
      what: 'a source that is the target',
      args: ['copy', 'embedded:a/b', 'embedded:a/b'],
      says: /same container/,
      hint: /another name/,
    },
    {
      what: 'the same account by two names',
      args: ['copy', 'cosmos://localhost:9/a/b', 'cosmos://127.0.0.1:9/a/b'],
      says: /same container/,
      hint: /another name/,
    },
    {
      what: 'flags that exclude each other',
      args: ['copy', 'embedded:a/b', 'embedded:a/c', '--resume', '--restart'],
      says: /exclude each other/,
      hint: /one of them/,
    },
  ])('$what', async ({ args, env = {}, says, hint }) => {
    expectRefusal(await runCli(args, { cwd: useDirectory(), env }), 2, says, hint);
  });

  test('help for a command that does not exist', async () => {
    expectRefusal(await runCli(['help', 'bogus'], { cwd: useDirectory() }), 2, /unknown command "bogus"/, /--help/);
  });

  test('as JSON, for those who asked for it', async () => {
    for (const env of [{}, { COSMOSFLOW_LOG_FORMAT: 'json' }]) {
      const args = ['copy', 'a/b', '--bogus', ...('COSMOSFLOW_LOG_FORMAT' in env ? [] : ['--log-format', 'json'])];
      const { status, stderr } = await runCli(args, { cwd: useDirectory(), env });
      expect(JSON.parse(stderr)).toMatchObject({
        level: 'error',
        code: 'usage',
        message: expect.stringContaining('--bogus'),
      });
      expect(status).toBe(2);
    }
  });

  test('a source that does not exist', async () => {
    const { address, run } = await useAccount();
    const args = ['copy', address('shop/nothing'), address('shop/copy')];
    expectRefusal(
      await run(args, { cwd: useDirectory() }),
      2,
      /there is no container "shop-\w+\/nothing"/,
      /check its name/,
    );
  });

  test('a target with another partition key', async () => {
    const { client, named, address, run } = await useAccount();
    await client.databases.create({ id: named('shop') });
    await client.database(named('shop')).containers.create({ id: 'a', partitionKey: { paths: ['/x'] } });
    await client.database(named('shop')).containers.create({ id: 'b', partitionKey: { paths: ['/y'] } });
    const args = ['copy', address('shop/a'), address('shop/b')];
    expectRefusal(
      await run(args, { cwd: useDirectory() }),
      2,
      /partitioned by "\/y", the source by "\/x"/,
      /does not exist yet/,
    );
  });

  test('the checkpoint of another job', async () => {
    const { address, run } = await useAccount();
    const cwd = useDirectory();
    const orders = address('shop/orders');
    expect(await run(['produce', orders, '--count', '10'], { cwd })).toMatchObject({ status: 0 });
    const copy = (target: string) => run(['copy', orders, address(target), '--checkpoint', 'one.db'], { cwd });
    expect(await copy('shop/one')).toMatchObject({ status: 0 });
    const second = await copy('shop/two');
    expectRefusal(second, 2, /checkpoint of another job: its target is/, /--checkpoint FILE/);
  });
});

describe('what is not the fault of the input has an exit code of its own', () => {
  test('4 when the account refuses the key, and the key is not shown', async () => {
    const { address, run } = await useAccount();
    const key = Buffer.from('another key, of the right length or not').toString('base64');
    const result = await run(['produce', address('a/b')], {
      cwd: useDirectory(),
      env: { COSMOS_KEY: key },
    });
    expectRefusal(result, 4, /refused the request/, /COSMOS_KEY/);
    expect(result.stderr).not.toContain(key);
  });

  test('5 when nobody listens at the address of the source', async () => {
    const args = ['copy', 'cosmos://127.0.0.1:9/a/b', 'embedded:a/b'];
    expectRefusal(await runCli(args, { cwd: useDirectory() }), 5, /not available/, /check the address/);
  });

  test('7 when another process has the checkpoint', async () => {
    const { address, run } = await useAccount();
    const cwd = useDirectory();
    const orders = address('shop/orders');
    const args = ['copy', orders, address('shop/copy')];
    expect(await run(['produce', orders, '--count', '10'], { cwd })).toMatchObject({ status: 0 });
    const following = run([...args, '--follow', '--log-format', 'json'], {
      cwd,
      onStart: (child) => {
        child.stderr?.on('data', async (chunk) => {
          if (!String(chunk).includes('"caught up')) return;
          expectRefusal(await run(args, { cwd }), 7, /in use by another process/, /--checkpoint FILE/);
          child.kill('SIGTERM');
        });
      },
    });
    expect(await following).toMatchObject({ status: 143 });
  });

  test('8 when the checkpoint is damaged, and it is left as it was', async () => {
    const { address, run } = await useAccount();
    const cwd = useDirectory();
    const orders = address('shop/orders');
    expect(await run(['produce', orders, '--count', '10'], { cwd })).toMatchObject({ status: 0 });
    const header = Buffer.alloc(100);
    header.write('SQLite format 3');
    header.write('CFlw', 68);
    writeFileSync(join(cwd, 'torn.db'), header);
    const args = ['copy', orders, address('shop/copy'), '--checkpoint', 'torn.db'];
    expectRefusal(await run(args, { cwd }), 8, /"torn.db" is damaged/, /start over/);
  });

  test('8 when the checkpoint is gone but its log is there, which would bring it back', async () => {
    const { address, run } = await useAccount();
    const cwd = useDirectory();
    const orders = address('shop/orders');
    expect(await run(['produce', orders, '--count', '10'], { cwd })).toMatchObject({ status: 0 });
    writeFileSync(join(cwd, 'gone.db-wal'), 'whatever');
    const args = ['copy', orders, address('shop/copy'), '--checkpoint', 'gone.db'];
    expectRefusal(await run(args, { cwd }), 8, /write-ahead log is still there/, /rm .*gone\.db-wal/);
  });

  test('9 when the checkpoint cannot be written', async () => {
    const { address, run } = await useAccount();
    const cwd = useDirectory();
    const orders = address('shop/orders');
    expect(await run(['produce', orders, '--count', '10'], { cwd })).toMatchObject({ status: 0 });
    writeFileSync(join(cwd, 'file'), '');
    const args = ['copy', orders, address('shop/copy'), '--checkpoint', 'file/checkpoint.db'];
    expectRefusal(await run(args, { cwd }), 9, /cannot keep the checkpoint/, /directory/);
  });
});

test('a Node that is too old is told so in two lines before anything is loaded', async () => {
  const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } })';
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` };
  const result = await runCli(['--version'], { cwd: useDirectory(), env });
  expectRefusal(result, 2, /this is Node 20\.20\.2, and cosmosflow needs Node 22\.19 or newer/, /npm ci/);
});

function expectRefusal({ status, stdout, stderr }: CliResult, expected: number, says: RegExp, hint: RegExp): void {
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !/: (created|going on|done|stopped|not finished)/.test(line));
  expect(stdout).toBe('');
  expect(lines, stderr).toHaveLength(2);
  expect(lines[0]).toMatch(/^cosmosflow: /);
  expect(lines[0]).toMatch(says);
  expect(lines[1]).toMatch(/^ {2}hint: /);
  expect(lines[1]).toMatch(hint);
  expect(status).toBe(expected);
}
