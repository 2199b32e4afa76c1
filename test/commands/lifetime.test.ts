import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentsOf } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

/** A container whose documents live for 300 s, if they do not say otherwise, and are 60 s old. */
async function useOldDocuments() {
  let now = Math.floor(Date.now() / 1000) * 1000;
  const { emulator, client } = await useEmulator({ clock: () => now });
  const { database } = await client.databases.create({ id: 'db' });
  await database.containers.create({ id: 'a', partitionKey: { paths: ['/id'], version: 2 }, defaultTtl: 300 });
  for (const [id, ttl] of [
    ['default', undefined],
    ['own', 100],
    ['never', -1],
  ] as const)
    await database.container('a').items.create({ id, ...(ttl !== undefined && { ttl }) });
  now += 60_000;
  const [cwd, from] = [useDirectory(), addressOf(emulator, 'db/a')];
  const copy = async (target: string, ...flags: readonly string[]) => {
    const args = ['copy', from, addressOf(emulator, target), '--checkpoint', join(cwd, `${target.slice(3)}.db`)];
    const { failure, notes } = await runCommand([...args, ...flags]);
    return { failure, notes, texts: failure ? [] : await contentsOf(emulator, target) };
  };
  const verify = (target: string, ...flags: readonly string[]) =>
    runCommand(['verify', from, addressOf(emulator, target), '--checkpoint', join(cwd, 'verify.db'), ...flags]);
  return { copy, client, verify, contents: (name: string) => contentsOf(emulator, name) };
}

test('copies expire when their originals do, and are equal to them', async () => {
  const { copy, client } = await useOldDocuments();
  const { failure, notes, texts } = await copy('db/b', '--verify');
  expect(failure).toBeUndefined();
  const [never, own, byDefault] = texts.map((text) => JSON.parse(text));
  expect(never).toEqual({ id: 'never', ttl: -1 });
  // Our clock goes on meanwhile, that of the server does not.
  expect(own.ttl).toSatisfy((ttl: number) => ttl > 20 && ttl <= 41);
  expect(byDefault.ttl).toBe(own.ttl + 200);
  expect(notes.join()).toMatch(/what is left of its time to live.*ttl is not compared/);
  expect((await client.database('db').container('b').read()).resource).toMatchObject({ defaultTtl: 300 });
});

test('what is repaired has no longer to live than the original', async () => {
  const { copy, client, verify, contents } = await useOldDocuments();
  await copy('db/b');
  await client.database('db').container('b').item('own', 'own').delete();
  await client.database('db').container('b').items.upsert({ id: 'never', wrong: true });
  expect((await verify('db/b', '--repair', '--settle', '1ms')).failure).toBeUndefined();
  const [never, own] = (await contents('db/b')).map((text) => JSON.parse(text));
  expect(never).toEqual({ id: 'never', ttl: -1 });
  expect(own.ttl).toSatisfy((ttl: number) => ttl > 20 && ttl <= 41);
});

test('a time to live is kept as it is, or dropped, where that is asked for', async () => {
  const { copy } = await useOldDocuments();
  const kept = await copy('db/kept', '--ttl-mode', 'keep', '--keep-ts', 'writtenAt');
  expect(kept.texts.map((text) => text.replace(/"writtenAt":\d{10},/, ''))).toEqual([
    '{"id":"default"}',
    '{"id":"never","ttl":-1}',
    '{"id":"own","ttl":100}',
  ]);
  expect(kept.texts.join('')).toMatch(/"writtenAt":\d{10}/);
  expect(kept.notes.join()).toMatch(/begins anew/);
  expect((await copy('db/dropped', '--ttl-mode', 'drop')).texts).toEqual([
    '{"id":"default"}',
    '{"id":"never"}',
    '{"id":"own"}',
  ]);
});

test.each(['id', '_ts', 'ttl'])('no time is kept in "%s"', async (name) => {
  const { copy } = await useOldDocuments();
  expect((await copy('db/b', '--keep-ts', name)).failure).toMatchObject({ exitStatus: 2 });
});
