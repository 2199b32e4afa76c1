import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan, ChangeFeedStartFrom } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const PATH = '/dbs/db/colls/items/operations/partitionkeydelete';
const READ_ALL = { query: 'SELECT VALUE c.id FROM c' };

describe('deleting by partition key', () => {
  test('takes every document of the key, and no other', async () => {
    const { container } = await openRig();
    for (const pk of ['p', 'q', null, 1, '1', '']) {
      for (const id of ['1', '2', '3']) await container.items.create({ id: `${JSON.stringify(pk)}${id}`, pk });
    }
    expect((await container.deleteAllItemsForPartitionKey('p')).statusCode).toBe(200);
    await container.deleteAllItemsForPartitionKey(1);
    await container.deleteAllItemsForPartitionKey(null);
    const { resources } = await container.items.query(READ_ALL).fetchAll();
    expect(resources.sort()).toEqual(['""1', '""2', '""3', '"1"1', '"1"2', '"1"3', '"q"1', '"q"2', '"q"3']);
    expect((await container.deleteAllItemsForPartitionKey('none')).statusCode).toBe(200);
  });

  test('leaves the other users of a hierarchical key alone, and wants all levels', async () => {
    const partitionKey = { paths: ['/t', '/u'], version: 2, kind: 'MultiHash' as never };
    const { container } = await openRig({ partitionKey });
    await container.items.create({ id: '1', t: 'a', u: 'x' });
    await container.items.create({ id: '2', t: 'a', u: 'y' });
    await container.items.create({ id: '3', t: 'a' });
    await container.deleteAllItemsForPartitionKey(['a', 'x']);
    expect((await container.items.query(READ_ALL).fetchAll()).resources.sort()).toEqual(['2', '3']);
    await container.deleteAllItemsForPartitionKey(['a', {}] as never);
    expect((await container.items.query(READ_ALL).fetchAll()).resources).toEqual(['2']);
    await expect(container.deleteAllItemsForPartitionKey(['a'])).rejects.toMatchObject({ code: 400, substatus: 1001 });
  });

  test('makes a commit of each document', async () => {
    const { container } = await openRig({ ranges: 1 });
    for (const id of ['1', '2', '3']) await container.items.create({ id, pk: 'p' });
    const { headers } = await container.deleteAllItemsForPartitionKey('p');
    expect(headers.lsn).toBe('6');
    await container.items.create({ id: '4', pk: 'p' });
    const changeFeedStartFrom = ChangeFeedStartFrom.Beginning();
    const { result } = await container.items.getChangeFeedIterator({ changeFeedStartFrom }).readNext();
    expect(result).toMatchObject([{ id: '4', _lsn: 7 }]);
  });

  test('is told document by document by the feed of all versions, also of the first levels of a key', async () => {
    const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(5));
    const partitionKey = { paths: ['/t', '/u'], version: 2, kind: 'MultiHash' as never };
    const { emulator, container } = await openRig({ ranges: 1, partitionKey, changeFeedPolicy });
    for (const [id, u] of Object.entries(['x', 'y', 'x'])) await container.items.create({ id, t: 'a', u });
    await container.item('1', ['a', 'y']).patch([{ op: 'set', path: '/n', value: 1 }]);
    await container.deleteAllItemsForPartitionKey(['a', 'x']);
    const headers = {
      'a-im': 'Full-Fidelity Feed',
      'if-none-match': '"3"',
      'x-ms-documentdb-partitionkey': '["a"]',
    };
    const { text } = await send(emulator, { path: '/dbs/db/colls/items/docs', headers });
    expect(JSON.parse(text).Documents).toMatchObject([
      { current: { id: '1', n: 1 }, metadata: { operationType: 'replace', lsn: 4 } },
      { metadata: { operationType: 'delete', lsn: 5, id: '0' } },
      { metadata: { operationType: 'delete', lsn: 6, id: '2' } },
    ]);
  });

  test('needs a key, and a container', async () => {
    const { emulator } = await openRig();
    expect((await send(emulator, { method: 'POST', path: PATH })).status).toBe(400);
    const headers = { 'x-ms-documentdb-partitionkey': '["p"]' };
    expect((await send(emulator, { path: PATH, headers })).status).toBe(405);
    const other = PATH.replace('items', 'other');
    const { status, headers: answered } = await send(emulator, { method: 'POST', path: other, headers });
    expect([status, answered['x-ms-substatus']]).toEqual([404, '1003']);
  });
});
