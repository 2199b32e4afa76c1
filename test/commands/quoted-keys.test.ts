import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartitionKeyDefinition } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

// Properties are named as JSON spells them, so `a\\\"b` is the property that the path /"a\"b" names: clients take the
// backslash for a part of the name.
test.each<[string, PartitionKeyDefinition, readonly string[]]>([
  ['white space', { paths: ['/"my key"'], version: 2 }, ['"my key"', '"my\\u0020key"', '"my"']],
  ['a quote', { paths: ['/"a\\"b"'], version: 2 }, ['"a\\\\\\"b"', '"a\\"b"', '"a\\\\\\u0022b"', '"a\\u0022b"']],
  ['a backslash', { paths: ['/"a\\tb"'], version: 2 }, ['"a\\\\tb"', '"a\\tb"', '"a\\u005ctb"']],
  ['a quote, without quotes around it', { paths: ['/a\\"b'], version: 2 }, ['"a\\\\\\"b"', '"a\\"b"']],
  [
    'quotes inside of another',
    { paths: ['/in/"a\\"b"', '/"my key"', "/'x/y'"], kind: 'MultiHash' as never, version: 2 },
    ['"in":{"a\\\\\\"b":1,"x":1},"my key"', '"in":{"a\\"b":1},"x/y"', '"in":{"a\\u005c\\"b":1},"x\\/y"', '"x"'],
  ],
])('documents keep their place under a key with %s in its path, whoever reads it', async (_, partitionKey, names) => {
  const { emulator, client } = await useContainer({
    partitionKey,
    policies: { changeFeedPolicy: { retentionDuration: 10 } } as object,
  });
  const directory = useDirectory();
  const documents = names.map((name, index) => `{"id":"${index}",${name}:"k${index}"}`);
  const [items, copied] = [addressOf(emulator, 'db/items'), addressOf(emulator, 'db/copied')];
  const file = join(directory, 'documents.ndjson');
  const checkpoint = ['--checkpoint', join(directory, 'copied.db')];
  writeFileSync(file, documents.join('\n'));
  const before = await runCommand(['tail', items, '--mode', 'all-versions-and-deletes', '-e', ...feedOf(directory)]);
  expect(before).toMatchObject({ failure: undefined, stdout: '' });

  expect(await runCommand(['produce', items, '--input', file])).toMatchObject({ failure: undefined });
  expect(await runCommand(['copy', items, copied, ...checkpoint])).toMatchObject({ failure: undefined });
  const contents = await contentsOf(emulator, 'db/items');
  expect(contents).toHaveLength(names.length);
  expect(await contentsOf(emulator, 'db/copied')).toEqual(contents);
  expect(await verified(items, copied, directory)).toBeUndefined();

  const partitionKeys = documents.map((text) => keyBy(text, partitionKey.paths));
  for (const key of partitionKeys) {
    const tail = ['tail', items, '-e', '--start-from', 'beginning', '--partition-key', JSON.stringify(key)];
    const { failure, stdout } = await runCommand(tail);
    expect(failure).toBeUndefined();
    const wanted = documents.filter((__, index) => JSON.stringify(partitionKeys[index]) === JSON.stringify(key));
    expect(stdout.trimEnd().split('\n').toSorted()).toEqual(wanted.toSorted());
  }

  const last = names.length - 1;
  await client
    .database('db')
    .container('items')
    .item(String(last), partitionKeys[last] as never)
    .delete();
  const after = await runCommand(['tail', items, '--mode', 'all-versions-and-deletes', '-e', ...feedOf(directory)]);
  const deletion = after.stdout.split('\n').find((line) => line.includes('"_deleted":true')) ?? '';
  expect(JSON.parse(deletion).id).toBe(String(last));
  expect(keyBy(deletion, partitionKey.paths)).toEqual(partitionKeys[last]);
  const diff = ['copy', items, copied, '--deletes=diff', '--restart', ...checkpoint];
  expect(await runCommand(diff)).toMatchObject({ failure: undefined });
  expect(await verified(items, copied, directory)).toBeUndefined();
});

const feedOf = (directory: string): string[] => ['--checkpoint', join(directory, 'feed.db')];

async function verified(source: string, target: string, directory: string): Promise<unknown> {
  const checkpoint = join(directory, 'verify.db');
  return (await runCommand(['verify', source, target, '--settle', '0', '--checkpoint', checkpoint])).failure;
}

/** The key as the official client reads it, with its sign for a property that is missing. */
function keyBy(text: string, paths: readonly string[]): unknown[] {
  return paths.map((path) => {
    const names = [...path.matchAll(/\/(?:(["'])(.*?)(?<!\\)\1|([^/]+))/g)].map(
      ([, , quoted, plain]) => quoted ?? plain,
    );
    return (
      names.reduce<unknown>((value, name) => (value as Record<string, unknown>)?.[name as string], JSON.parse(text)) ??
      {}
    );
  });
}
