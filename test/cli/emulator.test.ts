import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

test('emulator says on stdout where it is once it is ready, serves the SDK, and ends well on SIGTERM', async () => {
  const seen: string[] = [];
  const result = await runCli(['emulator', '--port', '0', '--ranges', '3'], {
    cwd: useDirectory(),
    onStart: (child) => {
      child.stdout?.on('data', async (line) => {
        const endpoint = /http:\S+/.exec(String(line))?.[0] ?? '';
        const client = new CosmosClient({ endpoint, key: EMULATOR_KEY });
        const { database } = await client.databases.create({ id: 'shop' });
        const { container } = await database.containers.create({ id: 'orders', partitionKey: '/customerId' });
        seen.push(`${(await container.getFeedRanges()).length} ranges`);
        client.dispose();
        child.kill('SIGTERM');
      });
    },
  });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  expect(result.stdout).toMatch(/^cosmosflow emulator is ready at http:\/\/127\.0\.0\.1:\d+\/?\n$/);
  expect(seen).toEqual(['3 ranges']);
});

test('a port that is taken is the user’s to change', async () => {
  const cwd = useDirectory();
  const first = runCli(['emulator', '--port', '0'], {
    cwd,
    onStart: (child) => {
      child.stdout?.on('data', async (line) => {
        const port = /:(\d+)/.exec(String(line).replace('http://', ''))?.[1] ?? '';
        const second = await runCli(['emulator', '--port', port], { cwd });
        expect.soft(second).toMatchObject({ status: 2 });
        expect.soft(second.stderr).toMatch(/in use[\s\S]*hint: .*--port/);
        child.kill('SIGTERM');
      });
    },
  });
  expect(await first).toMatchObject({ status: 0 });
});

test('nobody can read from it through a pipe that was closed', async () => {
  const result = await runCli(['emulator', '--port', '0'], {
    cwd: useDirectory(),
    onStart: (child) => child.stdout?.destroy(),
  });
  expect(result).toMatchObject({ status: 141 });
});

test('over https it says where its certificate is, and stays the same behind it after a kill', async () => {
  const cwd = useDirectory();
  const start = (act: (endpoint: string, ca: string) => Promise<void>, signal: NodeJS.Signals) =>
    runCli(['emulator', '--port', '0', '--tls', '--data', 'shop.db', '--key-env', 'OWN_KEY'], {
      cwd,
      env: { OWN_KEY: KEY },
      onStart: (child) => {
        child.stdout?.once('data', async (line) => {
          const endpoint = /https:\S+/.exec(String(line))?.[0] ?? '';
          await act(endpoint, readFileSync(join(cwd, 'shop.db-cert.pem'), 'utf8')).finally(() => child.kill(signal));
        });
      },
    });
  const trusted: string[] = [];
  const first = await start(async (endpoint, ca) => {
    trusted.push(ca);
    const client = new CosmosClient({ endpoint, key: KEY, agent: new Agent({ ca }) });
    const { database } = await client.databases.create({ id: 'shop' });
    const { container } = await database.containers.create({ id: 'orders', partitionKey: '/customerId' });
    await container.items.create({ id: '1', customerId: 'c' });
    client.dispose();
  }, 'SIGKILL');
  expect(first.signal).toBe('SIGKILL');
  expect(first.stderr).toContain(`NODE_EXTRA_CA_CERTS="${join(cwd, 'shop.db-cert.pem')}"`);
  expect(first.stderr).toContain('key: from OWN_KEY');
  expect(first.stderr).not.toContain(KEY);

  const found: unknown[] = [];
  const second = await start(async (endpoint) => {
    const client = new CosmosClient({ endpoint, key: KEY, agent: new Agent({ ca: trusted[0] }) });
    found.push((await client.database('shop').container('orders').item('1', 'c').read()).statusCode);
    client.dispose();
  }, 'SIGINT');
  expect(second, second.stderr).toMatchObject({ status: 0 });
  expect(found).toEqual([200]);
});

test('the token of the admin API is printed once, on stderr alone, and opens it', async () => {
  const statuses: number[] = [];
  const result = await runCli(['emulator', '--port', '0', '--admin', '--seed', '7'], {
    cwd: useDirectory(),
    onStart: (child) => {
      child.stderr?.on('data', async (text) => {
        const [, url, token] = /admin API: (\S+); token: (\S+); seed: 7$/m.exec(String(text)) ?? [];
        if (url === undefined) return;
        const headers = { authorization: `Bearer ${token}` };
        statuses.push((await fetch(`${url}/faults`, { headers })).status, (await fetch(`${url}/faults`)).status);
        child.kill('SIGTERM');
      });
    },
  });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  expect(statuses).toEqual([200, 401]);
  expect(result.stderr.match(/token: /g)).toHaveLength(1);
  expect(result.stdout).not.toContain('token');
});

test('a token of the admin API that is given is asked for and not shown', async () => {
  const statuses: number[] = [];
  const result = await runCli(['emulator', '--port', '0', '--admin-token-env', 'OWN_TOKEN'], {
    cwd: useDirectory(),
    env: { OWN_TOKEN: TOKEN },
    onStart: (child) => {
      child.stderr?.on('data', async (text) => {
        const url = /admin API: (\S+); token: from OWN_TOKEN;/.exec(String(text))?.[1];
        if (url === undefined) return;
        statuses.push((await fetch(`${url}/faults`, { headers: { authorization: `Bearer ${TOKEN}` } })).status);
        child.kill('SIGTERM');
      });
    },
  });
  expect(result, result.stderr).toMatchObject({ status: 0 });
  expect(statuses).toEqual([200]);
  expect(result.stderr).not.toContain(TOKEN);
}, 10_000);

test.each([
  [['--key-env', 'NO_KEY'], /"NO_KEY" of --key-env is not set\n {2}hint: export NO_KEY=/],
  [['--key-env', 'HOME'], /"HOME" of --key-env is not a key in base64/],
  [['--admin', '--admin-token-env', 'NO_TOKEN'], /"NO_TOKEN" of --admin-token-env has no token/],
  [['--throughput', '450'], /4 ranges cannot have 450 request units[\s\S]*multiple of 100 from 400 to 40000/],
  [['--seed', '-1'], /--seed/],
])('%j is the user’s to change', async (flags, words) => {
  const result = await runCli(['emulator', '--port', '0', ...flags], { cwd: useDirectory() });
  expect(result).toMatchObject({ status: 2, stdout: '' });
  expect(result.stderr).toMatch(words);
});

/** Not the one that every emulator has. */
const KEY = Buffer.alloc(64, 7).toString('base64');
const TOKEN = 'not-to-be-guessed';
