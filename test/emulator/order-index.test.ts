import type { IndexingPolicy } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';

const [ascending, descending] = ['ascending', 'descending'] as const;
const COMPOSITE = [
  [
    { path: '/name', order: ascending },
    { path: '/address/zip', order: descending },
  ],
  [
    { path: '/name', order: ascending },
    { path: '/age', order: ascending },
    { path: '/height', order: ascending },
  ],
];

async function answer(indexingPolicy: IndexingPolicy, order: string): Promise<unknown> {
  const { container } = await openRig({ indexingPolicy });
  await container.items.create({ id: '1', pk: 'a', name: 'x', age: 1, height: 2, address: { zip: 3 } });
  const query = container.items.query(`SELECT VALUE c.id FROM c ORDER BY ${order}`);
  return query.fetchAll().then(
    ({ resources }) => resources,
    ({ code, message }: { code: number; message: string }) => `${code} ${/order[- ]by [^."]*/.exec(message)?.[0]}`,
  );
}

describe('an order by several properties needs a composite index', () => {
  test.each([
    ['in its order', 'c.name, c.address.zip DESC'],
    ['in the opposite order', 'c.name DESC, c.address.zip'],
    ['of three', 'c.name, c.age, c.height'],
    ['spelt otherwise', 'c["name"] ASC, c["address"]["zip"] DESC'],
  ])('%s', async (_, order) => {
    expect(await answer({ compositeIndexes: COMPOSITE }, order)).toEqual(['1']);
  });

  test.each([
    ['one turned and one not', 'c.name, c.address.zip'],
    ['another sequence', 'c.address.zip DESC, c.name'],
    ['the beginning of one', 'c.name, c.age'],
    ['system properties, which have none by themselves', 'c._ts, c.id'],
  ])('which is not that of %s', async (_, order) => {
    const refused = '400 order by query does not have a corresponding composite index that it can be served from';
    expect(await answer({ compositeIndexes: COMPOSITE }, order)).toBe(refused);
  });
});

describe('an order by one property needs it to be indexed', () => {
  const SOME = { includedPaths: [{ path: '/name/?' }, { path: '/address/*' }], excludedPaths: [{ path: '/*' }] };
  const MOST = { includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/address/*' }, { path: '/"age"/?' }] };
  const refused = '400 order-by item is excluded';

  test.each<[string, IndexingPolicy, string, unknown]>([
    ['one that is included', SOME, 'c.name', ['1']],
    ['one below what is included', SOME, 'c.address.zip DESC', ['1']],
    ['one that is not', SOME, 'c.age', refused],
    ['one below a value that is included, and nothing below it', SOME, 'c.name.first', refused],
    ['the id, whatever is excluded', SOME, 'c.id', ['1']],
    ['the time, whatever is excluded', SOME, 'c._ts', ['1']],
    ['one that is not excluded', MOST, 'c.height', ['1']],
    ['one below what is excluded', MOST, 'c.address.zip', refused],
    ['one that is excluded', MOST, 'c.age', refused],
    ['any, where nothing is said', {}, 'c.age', ['1']],
    ['any, where there is no index', { indexingMode: 'none', automatic: false }, 'c.name', refused],
  ])('%s', async (_, policy, order, expected) => {
    expect(await answer(policy, order)).toEqual(expected);
  });
});

test('an order by what is not a property of documents is left alone', async () => {
  const { container } = await openRig({ indexingPolicy: { excludedPaths: [{ path: '/*' }] } });
  await container.items.create({ id: '1', pk: 'a', tags: [{ name: 'x' }] });
  const text = 'SELECT VALUE t.name FROM c JOIN t IN c.tags ORDER BY t.name';
  expect((await container.items.query(text).fetchAll()).resources).toEqual(['x']);
});
