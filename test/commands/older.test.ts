import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

test('what is left out only because a plain copy wrote the target later is said, and counted', async () => {
  let now = Date.now() - 120_000;
  const { emulator, client } = await useContainer({ clock: () => now });
  const items = client.database('db').container('items');
  for (const id of ['a', 'b', 'c']) await items.items.create({ id, pk: 'x', version: 1 });
  now += 60_000;
  const checkpoint = join(useDirectory(), 'checkpoint.db');
  const copy = (...flags: readonly string[]) =>
    runCommand([
      'copy',
      addressOf(emulator, 'db/items'),
      addressOf(emulator, 'db/copy'),
      '--checkpoint',
      checkpoint,
      ...flags,
    ]);
  expect((await copy()).failure).toBeUndefined();
  now -= 30_000;
  for (const id of ['a', 'b']) await items.items.upsert({ id, pk: 'x', version: 2 });
  now += 60_000;
  const { failure, notes } = await copy('--restart', '--if-newer', '_ts');
  expect(failure).toBeUndefined();
  expect((await contentsOf(emulator, 'db/copy')).join()).not.toContain('"version":2');
  expect(notes.filter((note) => note.startsWith('warning: '))).toEqual([
    expect.stringMatching(
      /have no _srcTs and are judged by when they were written there.*--keep-ts _srcTs, and without --if-newer/,
    ),
    expect.stringMatching(/2 of them were judged .* NOT written/),
  ]);
  expect((await copy('--restart', '--keep-ts', '_srcTs')).failure).toBeUndefined();
  now -= 20_000;
  await items.items.upsert({ id: 'a', pk: 'x', version: 3 });
  expect((await copy('--restart', '--if-newer', '_ts')).notes.join()).not.toContain('warning');
  expect((await contentsOf(emulator, 'db/copy')).join()).toMatch(/"id":"b",.*"version":2.*"id":"a",.*"version":3/);
});

test('nothing is said of it where the target keeps when the source wrote', async () => {
  let now = Date.now() - 120_000;
  const { emulator, client } = await useContainer({ clock: () => now });
  const items = client.database('db').container('items');
  await items.items.create({ id: 'a', pk: 'x', version: 1 });
  now += 60_000;
  const checkpoint = join(useDirectory(), 'checkpoint.db');
  const args = ['copy', addressOf(emulator, 'db/items'), addressOf(emulator, 'db/copy'), '--checkpoint', checkpoint];
  await runCommand([...args, '--if-newer', '_ts']);
  now -= 30_000;
  await items.items.upsert({ id: 'a', pk: 'x', version: 2 });
  const { notes } = await runCommand([...args, '--restart', '--if-newer', '_ts']);
  expect((await contentsOf(emulator, 'db/copy')).join()).toContain('"version":2');
  expect(notes.join()).not.toContain('warning');
});
