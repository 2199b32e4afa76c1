import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { shareEmbedded, startEmbedded } from '../../src/commands/embedded.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

test('all who ask for the same data in a process have one server, which closes with the last of them', async () => {
  const data = join(useDirectory(), 'shop.db');
  const [one, other] = await Promise.all([shareEmbedded(data), shareEmbedded(data)]);
  expect(other.endpoint).toBe(one.endpoint);
  await one.close();
  await one.close();
  expect((await fetch(other.endpoint)).status).toBe(401);
  await expect(startEmbedded({ data })).rejects.toMatchObject({ code: 'in_use' });
  await other.close();
  await expect(fetch(other.endpoint)).rejects.toThrow();
  await (await startEmbedded({ data })).close();
});

test('whoever asks while it closes has it again', async () => {
  const data = join(useDirectory(), 'shop.db');
  const one = await shareEmbedded(data);
  const closing = one.close();
  const other = await shareEmbedded(data);
  await closing;
  expect((await fetch(other.endpoint)).status).toBe(401);
  await other.close();
});

test('data that cannot be used are refused to all who ask, and may be asked for again', async () => {
  const data = join(useDirectory(), 'shop.db');
  const owner = await startEmbedded({ data });
  const asked = await Promise.allSettled([shareEmbedded(data), shareEmbedded(data)]);
  expect(asked).toMatchObject([{ reason: { code: 'in_use' } }, { reason: { code: 'in_use' } }]);
  await owner.close();
  await (await shareEmbedded(data)).close();
  expect(existsSync(data)).toBe(true);
});

test('data for which the disk has no room end a run at once, with what to do', async () => {
  const { pragma } = Database.prototype;
  const spy = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (this: Database.Database, ...given) {
    if (/^user_version =/.test(given[0])) pragma.call(this, 'max_page_count = 40');
    return pragma.apply(this, given);
  });
  onTestFinished(() => spy.mockRestore());
  const { failure } = await runCommand(['produce', 'embedded:shop/orders', '--embedded-data', ':memory:']);
  expect(failure).toMatchObject({
    exitStatus: 9,
    message: expect.stringMatching(/^target "shop\/orders" cannot be used: .* database or disk is full$/),
    hint: expect.stringContaining('make room'),
  });
});
