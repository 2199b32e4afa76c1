import { existsSync, renameSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { useContainer } from '../support/container.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';
import { fillShelf } from './pair-readers.ts';

test('another query to the same file is refused, and told what to do about the file', async () => {
  const { address } = await fillShelf(await useEmulator({ ranges: 1 }), 'orders');
  const out = join(useDirectory(), 'out.ndjson');
  const ask = (most: number) =>
    runCommand(['query-export', address, '--query', `SELECT TOP ${most} * FROM c`, '--out', out]);
  expect((await ask(3)).failure).toBe(undefined);
  expect((await ask(4)).failure).toMatchObject({
    exitStatus: 2,
    message: expect.stringContaining('is the checkpoint of another job'),
    hint: `name another place with --out, or move away what is there, and "${out}.checkpoint.db" with it`,
  });
});

test('files whose checkpoint is damaged, or is none any more, have to make room, as is said', async () => {
  const { address } = await fillShelf(await useEmulator({ ranges: 1 }), 'orders');
  const directory = useDirectory();
  const [out, kept] = [join(directory, 'out'), join(directory, 'out', '.cosmosflow.db')];
  const tail = (...flags: string[]) => runCommand(['tail', address, '-e', '--out', out, ...flags]);
  expect((await tail()).failure).toBe(undefined);
  truncateSync(kept, 100);
  const room = `name another place with --out, or move away what is there, and "${kept}" with it`;
  expect((await tail()).failure).toMatchObject({ exitStatus: 8, hint: `put a sound copy in its place; or ${room}` });
  truncateSync(kept, 0);
  expect((await tail()).failure).toMatchObject({ exitStatus: 2, hint: room });
  const elsewhere = 'name another place with --out, and another file with --checkpoint';
  expect((await tail('--checkpoint', kept)).failure).toMatchObject({ exitStatus: 2, hint: elsewhere });
  renameSync(out, join(directory, 'away'));
  expect((await tail()).failure).toBe(undefined);
});

test('what is refused at once has no closing words', async () => {
  const { emulator } = await useContainer();
  const checkpoint = join(useDirectory(), 'tail.db');
  const flags = ['--mode', 'all-versions-and-deletes', '-e', '--checkpoint', checkpoint];
  const { failure, notes } = await runCommand(['tail', addressOf(emulator, 'db/items'), ...flags]);
  expect(failure).toMatchObject({ exitStatus: 2, message: expect.stringContaining('has no feed of all versions') });
  expect(notes).toEqual([]);
});

test('after a stop it is said which files are not whole, and what finishes them', async () => {
  const { address } = await fillShelf(await useEmulator({ ranges: 1 }), 'orders');
  const out = join(useDirectory(), 'out.ndjson');
  const stop = new AbortController();
  const following = ['tail', address, '--start-from', 'beginning', '--out', out];
  const run = runCommand(following, stop.signal);
  await vi.waitFor(() => expect(statSync(`${out}.partial`).size).toBeGreaterThan(0), { timeout: 10_000 });
  stop.abort();
  expect((await run).notes.at(-1)).toBe(
    `"${out}.partial" is not whole yet: the same command with -e goes on, and finishes what is there`,
  );
  expect((await runCommand([...following, '-e'])).failure).toBe(undefined);
  expect(existsSync(out)).toBe(true);
});
