import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createContainer, findContainer, isSameKey, readContainer, templateOf } from '../../src/cosmos/container.ts';
import { useContainer } from '../support/container.ts';

const ITEMS = { database: 'db', container: 'items' };

describe('a container', () => {
  test('is found with its resource id, its key and how many documents it has', async () => {
    const { client, connection } = await useContainer();
    await client.database('db').container('items').items.create({ id: 'a', pk: 'x' });
    const { resource } = await client.database('db').container('items').read();
    expect(await readContainer(connection.client, ITEMS)).toMatchObject({
      ...ITEMS,
      rid: resource?._rid,
      partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 },
      documentCount: 1,
    });
  });

  test.each([0, 90, -90])(
    'goes by the clock of its service, %i s ahead of ours, although ours is put on',
    async (ahead) => {
      const begun = Date.now();
      const { connection } = await useContainer({ clock: () => begun + ahead * 1000 });
      const { now } = await readContainer(connection.client, ITEMS);
      expect(Math.abs(now() - ahead - Date.now() / 1000)).toBeLessThan(10);
      vi.useFakeTimers({ toFake: ['Date', 'performance'], now: begun });
      onTestFinished(() => void vi.useRealTimers());
      const first = now();
      vi.setSystemTime(begun + 86_400_000);
      expect(now()).toBe(first);
      vi.advanceTimersByTime(5000);
      expect(now()).toBe(first + 5);
    },
  );

  test('that says no version of its key has version 1', async () => {
    const { connection } = await useContainer({ partitionKey: { paths: ['/pk'] } as never });
    expect((await readContainer(connection.client, ITEMS)).partitionKey).toEqual({
      paths: ['/pk'],
      kind: 'Hash',
      version: 1,
    });
  });

  test('may be created by several at once: all of them find it', async () => {
    const { connection } = await useContainer();
    const name = { database: 'new', container: 'items' };
    const create = () => createContainer(connection.client, name, { partitionKey: { paths: ['/pk'], version: 2 } });
    await Promise.all([create(), create(), create(), create()]);
    expect(await readContainer(connection.client, name)).toMatchObject({ partitionKey: { paths: ['/pk'] } });
  });

  test.each([
    ['container', { database: 'db', container: 'none' }],
    ['database', { database: 'none', container: 'items' }],
  ])('is not found without its %s, and the error says what to do', async (_, name) => {
    const { connection } = await useContainer();
    expect(await findContainer(connection.client, name)).toBeUndefined();
    await expect(readContainer(connection.client, name)).rejects.toMatchObject({
      code: 'container_not_found',
      message: expect.stringContaining(`"${name.database}/${name.container}"`),
      hint: expect.stringMatching(/produce/),
    });
  });

  test('is created like another, in a database that is missing too', async () => {
    const { client, connection } = await useContainer({
      partitionKey: { paths: ['/tenant', '/id'], kind: 'MultiHash', version: 2 } as never,
    });
    const source = await readContainer(connection.client, ITEMS);
    const name = { database: 'new', container: 'copy' };
    await createContainer(connection.client, name, templateOf(source.definition));
    const { resource } = await client.database('new').container('copy').read();
    expect(resource).toMatchObject({ id: 'copy', partitionKey: { paths: ['/tenant', '/id'], kind: 'MultiHash' } });
  });

  test('that exists already is left as it is', async () => {
    const { client, connection } = await useContainer();
    await client.database('db').container('items').items.create({ id: 'a', pk: 'x' });
    await createContainer(connection.client, ITEMS, { partitionKey: { paths: ['/other'] } });
    expect(await readContainer(connection.client, ITEMS)).toMatchObject({
      partitionKey: { paths: ['/pk'] },
      documentCount: 1,
    });
  });
});

test('a template has everything of a definition but its name, state and address', () => {
  const definition = { id: 'a', _rid: 'r', _ts: 1, _etag: 'e', defaultTtl: -1, uniqueKeyPolicy: { uniqueKeys: [] } };
  const template = templateOf(definition);
  expect(template).toEqual({ defaultTtl: -1, uniqueKeyPolicy: { uniqueKeys: [] } });
  expect(template.uniqueKeyPolicy).not.toBe(definition.uniqueKeyPolicy);
});

test.each([
  [['/a'], ['/a'], true],
  [['/a'], ['/b'], false],
  [['/a', '/b'], ['/a', '/b'], true],
  [['/a', '/b'], ['/b', '/a'], false],
  [['/a'], ['/a', '/b'], false],
])('whether keys by %j and %j are the same: %s', (one, other, same) => {
  expect(isSameKey({ paths: one }, { paths: other })).toBe(same);
});
