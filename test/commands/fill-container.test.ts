import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { contentsOf } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

test('produce creates a container that is partitioned as it is told, and refuses one that is there and is not', async () => {
  const { emulator, client } = await useEmulator();
  const file = join(useDirectory(), 'events.ndjson');
  const documents = ['{"id":"1","tenant":"a","by":{"x,y":1}}', '{"id":"2","tenant":"a"}'];
  writeFileSync(file, documents.join('\n'));
  const produce = (...paths: readonly string[]) =>
    runCommand(['produce', addressOf(emulator, 'shop/events'), '--input', file, ...paths]);
  const paths = ['/tenant', '/by/"x,y"'];
  expect(await produce('--target-partition-key', paths.join())).toMatchObject({
    failure: undefined,
    notes: [`created shop/events, partitioned by ${paths.join()}`, 'done'],
  });
  const { resource } = await client.database('shop').container('events').read();
  expect(resource?.partitionKey).toMatchObject({ paths, kind: 'MultiHash', version: 2 });
  expect(await contentsOf(emulator, 'shop/events')).toEqual(documents);

  expect((await produce('--target-partition-key', '/tenant')).failure).toMatchObject({
    exitStatus: 2,
    message: 'the target is partitioned by "/tenant, /by/"x,y"", not by "/tenant"',
    hint: expect.stringContaining('--target-partition-key'),
  });
  expect(await produce()).toMatchObject({ failure: undefined });
});

test('produce creates a container that retains versions as it is told, and refuses one that is there and does not', async () => {
  const { emulator } = await useEmulator();
  const address = addressOf(emulator, 'shop/logged');
  const produce = (...flags: readonly string[]) => runCommand(['produce', address, '--count', '3', ...flags]);
  expect((await produce('--retain-versions', '4h')).failure).toBeUndefined();
  const tail = ['tail', address, '--mode', 'all-versions-and-deletes', '-e'];
  const kept = [...tail, '--checkpoint', join(useDirectory(), 'tail.db')];
  await runCommand(kept);
  expect((await produce('--retain-versions', '240m', '--seed', '2')).failure).toBeUndefined();
  expect((await runCommand(kept)).stdout.trimEnd().split('\n')).toHaveLength(3);
  expect((await produce('--retain-versions', '5h')).failure).toMatchObject({
    exitStatus: 2,
    message: expect.stringContaining('"shop/logged" is there, and retains all versions for 4'),
  });
  await expect(produce('--retain-versions', '90s')).rejects.toMatchObject({ exitStatus: 2 });
});

test('produce makes no container for what cannot be read, has no such key, or was to go on in one that is gone', async () => {
  const { emulator, client } = await useEmulator();
  const cwd = useDirectory();
  const file = join(cwd, 'events.ndjson');
  const target = addressOf(emulator, 'shop/events');
  const produce = (...flags: readonly string[]) => runCommand(['produce', target, ...flags]);
  const containers = async () => {
    const { resources } = await client.database('shop').containers.readAll().fetchAll();
    return resources.map(({ id }) => id);
  };
  await client.databases.create({ id: 'shop' });
  writeFileSync(file, '{"id":"1","tenant":"a"}');
  const misspelt = { exitStatus: 2, hint: expect.stringContaining('did you mean "/tenant"?') };
  expect((await produce('--input', file, '--target-partition-key', '/tennant')).failure).toMatchObject(misspelt);
  expect((await produce('--count', '1', '--target-partition-key', '/tenant')).failure).toMatchObject({ exitStatus: 2 });
  writeFileSync(join(cwd, 'torn.gz'), gzipSync('{"id":"1"}').subarray(0, -10));
  expect((await produce('--input', join(cwd, 'torn.gz'))).failure).toMatchObject({ exitStatus: 2 });
  expect(await containers()).toEqual([]);

  const kept = ['--input', file, '--checkpoint', join(cwd, 'import.db')];
  expect((await produce(...kept)).failure).toBeUndefined();
  await client.database('shop').container('events').delete();
  expect((await produce(...kept)).failure).toMatchObject({ exitStatus: 8, code: 'container_gone' });
  expect(await containers()).toEqual([]);
});

test('produce that stops at a refused document counts what is written of its page, and what is not', async () => {
  const { emulator } = await useEmulator();
  const file = join(useDirectory(), 'events.ndjson');
  const produce = (ids: readonly string[], ...flags: readonly string[]) => {
    writeFileSync(file, ids.map((id) => JSON.stringify({ id })).join('\n'));
    return runCommand(['produce', addressOf(emulator, 'shop/events'), '--input', file, ...flags]);
  };
  await produce(['a', 'c']);
  const { failure, facts } = await produce(['a', 'b', 'c'], '--write', 'replace');
  expect(failure).toMatchObject({ exitStatus: 6 });
  expect(facts).toMatchObject({ state: 'not finished', read: 3, written: 2, skipped: 1 });
});
