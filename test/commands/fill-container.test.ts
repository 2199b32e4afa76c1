import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
