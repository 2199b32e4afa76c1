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
