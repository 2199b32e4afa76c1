import { join } from 'node:path';
import type { ContainerRequest } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const EVERYTHING = {
  partitionKey: { paths: ['/tenant', '/user'], kind: 'MultiHash', version: 2 },
  defaultTtl: 3600,
  indexingPolicy: {
    indexingMode: 'consistent',
    automatic: true,
    includedPaths: [{ path: '/a/?' }],
    excludedPaths: [{ path: '/*' }, { path: '/"_etag"/?' }],
    compositeIndexes: [
      [
        { path: '/a', order: 'ascending' },
        { path: '/b', order: 'descending' },
      ],
    ],
    spatialIndexes: [{ path: '/place/*', types: ['Point', 'Polygon'] }],
    vectorIndexes: [{ path: '/vector', type: 'quantizedFlat' }],
    fullTextIndexes: [{ path: '/text' }],
  },
  uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a', '/b'] }, { paths: ['/c'] }] },
  conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/at' },
  computedProperties: [{ name: 'lower', query: 'SELECT VALUE LOWER(c.a) FROM c' }],
  fullTextPolicy: { defaultLanguage: 'en-US', fullTextPaths: [{ path: '/text', language: 'en-US' }] },
  vectorEmbeddingPolicy: {
    vectorEmbeddings: [{ path: '/vector', dataType: 'float32', dimensions: 3, distanceFunction: 'cosine' }],
  },
  changeFeedPolicy: { retentionDuration: 60 },
  geospatialConfig: { type: 'Geometry' },
};

async function useSource(definition: object) {
  const { emulator, client } = await useEmulator();
  const { database } = await client.databases.create({ id: 'db' });
  await database.containers.create({ id: 'a', ...definition } as ContainerRequest);
  const cwd = useDirectory();
  const copy = (target: string, ...flags: readonly string[]) => {
    const [from, to] = [addressOf(emulator, 'db/a'), addressOf(emulator, `db/${target}`)];
    return runCommand(['copy', from, to, '--checkpoint', join(cwd, `${target}.db`), ...flags]);
  };
  const read = async (id: string) => {
    const { resource } = await database.container(id).read();
    return Object.fromEntries(
      Object.entries(resource ?? {}).filter(([name]) => name !== 'id' && !name.startsWith('_')),
    );
  };
  const offered = async (id: string) => {
    const content = (await database.container(id).readOffer()).resource?.content as Record<string, unknown> | undefined;
    return content?.offerAutopilotSettings ?? content?.offerThroughput;
  };
  return { database, copy, read, offered };
}

test('a target that is created has every policy of the source', async () => {
  const { copy, read } = await useSource(EVERYTHING);
  expect((await copy('b')).failure).toBeUndefined();
  expect(await read('a')).toMatchObject(EVERYTHING);
  expect(await read('b')).toEqual(await read('a'));
  const again = await copy('b', '--restart');
  expect(again.notes.join()).not.toMatch(/other settings/);
});

test('in what a target differs that is there is said, and the copy goes on; a dry run says it too', async () => {
  const { database, copy } = await useSource(EVERYTHING);
  const { partitionKey, vectorEmbeddingPolicy, ...rest } = EVERYTHING;
  const { vectorIndexes, ...indexingPolicy } = rest.indexingPolicy;
  await database.containers.create({ ...rest, id: 'b', partitionKey, indexingPolicy, defaultTtl: -1 } as never);
  const differing = /indexing, time to live in seconds \(3600; in the target -1\), vectors/;
  const { failure, notes } = await copy('b');
  expect(failure).toBeUndefined();
  expect(notes.join('\n')).toMatch(differing);
  expect((await copy('b', '--dry-run')).stdout).toMatch(differing);
});

test('a target has the throughput that is asked for', async () => {
  const { copy, offered } = await useSource({ partitionKey: { paths: ['/id'], version: 2 }, throughput: 1200 });
  await copy('same', '--create-throughput', 'like-source');
  await copy('fixed', '--create-throughput', '700');
  await copy('elastic', '--create-throughput', 'autoscale:4000');
  expect(await Promise.all(['same', 'fixed', 'elastic'].map(offered))).toMatchObject([
    1200,
    700,
    { maxThroughput: 4000 },
  ]);
});

test('a target is not created where that is not wanted', async () => {
  const { copy, read } = await useSource({ partitionKey: { paths: ['/id'], version: 2 } });
  for (const flags of [[], ['--dry-run']]) {
    const { failure } = await copy('b', '--create-target', 'never', ...flags);
    expect(failure).toMatchObject({ exitStatus: 2, message: expect.stringMatching(/there is no container "db\/b"/) });
  }
  await expect(read('b')).rejects.toMatchObject({ code: 404 });
});

test('a dry run tells what writing may cost, and how long it takes at the throughput', async () => {
  const { database, copy } = await useSource({ partitionKey: { paths: ['/id'], version: 2 } });
  for (let at = 0; at < 20; at++)
    await database.container('a').items.create({ id: String(at), text: 'x'.repeat(1600) });
  const { stdout } = await copy('b', '--dry-run', '--create-throughput', '70');
  expect(stdout).toMatch(/about 13\d RU to write, (1\.9\d?|2|2\.0) ?s at the throughput of the target/);
});

test('a target is not created with a key that no document has: it could never be given another', async () => {
  const { database, copy, read } = await useSource({ partitionKey: { paths: ['/id'], version: 2 } });
  const rename = ['--target-partition-key', '/regoin'];
  expect((await copy('empty', ...rename)).failure).toBeUndefined();
  await database.container('a').items.create({ id: '1', region: 'north' });
  for (const flags of [rename, [...rename, '--dry-run'], ['--target-partition-key', '/id,/regoin']]) {
    expect((await copy('b', ...flags)).failure).toMatchObject({
      exitStatus: 2,
      message: expect.stringContaining('by "/regoin", which'),
      hint: 'did you mean "/region"? name what they have with --target-partition-key: id, region',
    });
  }
  await expect(read('b')).rejects.toMatchObject({ code: 404 });
  await database.container('a').items.create({ id: '2', regoin: null });
  expect((await copy('b', ...rename)).failure).toBeUndefined();
});

test('a target that is gone is not made again for a copy that would go on, unless it starts over', async () => {
  const { database, copy, read } = await useSource({ partitionKey: { paths: ['/id'], version: 2 } });
  await copy('b');
  await database.container('b').delete();
  for (const flags of [[], ['--dry-run']]) {
    const { failure } = await copy('b', ...flags);
    expect(failure).toMatchObject({ exitStatus: 8, message: expect.stringMatching(/db\/b is gone/) });
  }
  await expect(read('b')).rejects.toMatchObject({ code: 404 });
  expect((await copy('b', '--restart')).failure).toBeUndefined();
  await read('b');
});

test('a target is not created for a checkpoint that cannot be kept', async () => {
  const { copy, read } = await useSource({ partitionKey: { paths: ['/id'], version: 2 } });
  expect((await copy('b', '--checkpoint', '/dev/null/b.db')).failure).toMatchObject({ exitStatus: 9 });
  await expect(read('b')).rejects.toMatchObject({ code: 404 });
});
