import { BulkOperationType, ChangeFeedStartFrom, type OperationInput } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const PATH = '/dbs/db/colls/items/docs';
const create = (id: string, pk = 'p') => ({ operationType: 'Create' as const, resourceBody: { id, pk } });

describe('a transactional batch', () => {
  test('applies all its operations as one commit', async () => {
    const { container } = await openRig({ ranges: 1 });
    await container.items.create({ id: 'old', pk: 'p' });
    const { code, result } = await container.items.batch(
      [
        create('1'),
        { operationType: 'Upsert', resourceBody: { id: '1', pk: 'p', v: 2 } },
        { operationType: 'Replace', id: '1', resourceBody: { id: '1', pk: 'p', v: 3 } },
        { operationType: 'Read', id: '1' },
        create('2'),
        { operationType: 'Delete', id: 'old' },
      ],
      'p',
    );
    expect(code).toBe(200);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 200, 200, 200, 201, 204]);
    expect(result?.[3]?.resourceBody).toMatchObject({ id: '1', v: 3 });
    expect(result?.[0]?.eTag).toMatch(/^".+"$/);
    const changeFeedStartFrom = ChangeFeedStartFrom.Beginning();
    const { result: changes } = await container.items.getChangeFeedIterator({ changeFeedStartFrom }).readNext();
    expect(changes).toMatchObject([
      { id: '1', _lsn: 2 },
      { id: '2', _lsn: 2 },
    ]);
    const { resources } = await container.items.readAll().fetchAll();
    expect(resources.map(({ id }) => id)).toEqual(['1', '2']);
  });

  test('applies nothing when one operation fails, and says which', async () => {
    const { container } = await openRig({ ranges: 1 });
    await container.items.create({ id: '3', pk: 'p', v: 1 });
    const { code, result, headers } = await container.items.batch(
      [create('1'), { operationType: 'Upsert', resourceBody: { id: '3', pk: 'p', v: 2 } }, create('3'), create('4')],
      'p',
    );
    expect(code).toBe(207);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 409, 424]);
    expect(headers?.lsn).toBe('1');
    expect((await container.items.readAll().fetchAll()).resources).toMatchObject([{ id: '3', v: 1 }]);
    expect((await container.items.batch([create('1')], 'p')).code).toBe(200);
  });

  test('checks the conditions of its operations', async () => {
    const { container } = await openRig();
    const { etag } = await container.items.create({ id: '1', pk: 'p' });
    const replace = (ifMatch: string): OperationInput =>
      ({ operationType: 'Replace', id: '1', ifMatch, resourceBody: { id: '1', pk: 'p' } }) as never;
    expect((await container.items.batch([replace(etag)], 'p')).code).toBe(200);
    expect((await container.items.batch([replace(etag)], 'p')).result?.[0]?.statusCode).toBe(412);
    const patch = { operationType: 'Patch', id: '1', resourceBody: { operations: [] } };
    expect((await container.items.batch([patch as never], 'p')).result?.[0]?.statusCode).toBe(400);
    expect((await container.items.batch([create('1', 'other')], 'p')).result?.[0]).toMatchObject({
      statusCode: 400,
      subStatusCode: 1001,
    });
  });
});

describe('an answer of more than 4 MB', () => {
  const openLarge = async () => {
    const rig = await openRig({ ranges: 1 });
    for (const id of ['1', '2', '3']) await rig.container.items.create({ id, pk: 'p', text: id.repeat(1_500_000) });
    return rig;
  };
  const reads = ['1', '2', '3'].map((id) => ({ operationType: 'Read' as const, id }));

  test('fails the reads of a bulk request that do not fit, and no write', async () => {
    const { emulator } = await openLarge();
    const operations = [...reads, { ...create('4'), resourceBody: { id: '4', pk: 'p', text: 'x'.repeat(500_000) } }];
    const keyed = operations.map((operation) => ({ ...operation, partitionKey: '["p"]' }));
    const { status, text } = await bulk(emulator, '0', keyed);
    expect(status).toBe(207);
    expect(text.length).toBeLessThan(4 * 1024 * 1024);
    expect(JSON.parse(text)).toMatchObject([
      { statusCode: 200, resourceBody: { id: '1' } },
      { statusCode: 200, resourceBody: { id: '2' } },
      { statusCode: 413, subStatusCode: 3402 },
      { statusCode: 201, resourceBody: { id: '4' } },
    ]);
  });

  test('fails the patches of a bulk request that do not fit before they are applied', async () => {
    const { emulator, container } = await openLarge();
    const patches = ['1', '2', '3'].map((id) => ({
      operationType: 'Patch',
      id,
      partitionKey: '["p"]',
      resourceBody: [{ op: 'set', path: '/n', value: 1 }],
    }));
    const { text } = await bulk(emulator, '0', patches);
    expect(text.length).toBeLessThan(4 * 1024 * 1024);
    expect(JSON.parse(text)).toMatchObject([
      { statusCode: 200, resourceBody: { id: '1', n: 1 } },
      { statusCode: 200, resourceBody: { id: '2', n: 1 } },
      { statusCode: 413, subStatusCode: 3402 },
    ]);
    expect((await container.item('3', 'p').read()).resource).not.toHaveProperty('n');
    const minimal = await bulk(emulator, '0', patches, { prefer: 'return=minimal' });
    expect(JSON.parse(minimal.text)).toMatchObject([{ statusCode: 200 }, { statusCode: 200 }, { statusCode: 200 }]);
    expect((await container.item('3', 'p').read()).resource).toHaveProperty('n', 1);
  });

  test('is not made by what is written when the client does not want it back, and what is read is in it', async () => {
    const { emulator } = await openLarge();
    const keyed = [create('4'), { operationType: 'Read', id: '1' }].map((one) => ({ ...one, partitionKey: '["p"]' }));
    const { status, text } = await bulk(emulator, '0', keyed, { prefer: 'return=minimal' });
    const [created, read] = JSON.parse(text);
    expect([status, created]).toEqual([
      200,
      { statusCode: 201, requestCharge: expect.any(Number), eTag: created.eTag },
    ]);
    expect(read).toMatchObject({ statusCode: 200, resourceBody: { id: '1' } });
  });

  test('undoes a transactional batch', async () => {
    const { container } = await openLarge();
    const { code, result } = await container.items.batch([create('4'), ...reads], 'p');
    expect(code).toBe(207);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 424, 413]);
    expect(result?.[3]).toMatchObject({ subStatusCode: 3402 });
    expect((await container.item('4', 'p').read()).statusCode).toBe(404);
  });
});

describe('a bulk request', () => {
  test.each([
    ['version 1', { paths: ['/pk'], version: 1 }],
    ['version 2', { paths: ['/pk'], version: 2 }],
    ['several levels', { paths: ['/pk', '/id'], version: 2, kind: 'MultiHash' as never }],
  ])('of the official client reaches all ranges with a key of %s', async (_, partitionKey) => {
    const { container } = await openRig({ ranges: 3, partitionKey: partitionKey as never });
    const keys = ['a', '', 'é😀', 5, -1.5, true, null, ...Array.from({ length: 93 }, (_, index) => `key-${index}`)];
    const operations = keys.map((pk, index) => ({
      operationType: BulkOperationType.Create,
      resourceBody: { id: `${index}`, pk },
      partitionKey: partitionKey.paths.length === 1 ? pk : [pk, `${index}`],
    }));
    const results = await container.items.executeBulkOperations(operations as never);
    expect(results.map(({ response }) => response?.statusCode)).toEqual(keys.map(() => 201));
    expect((await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll()).resources).toEqual([100]);
  });

  test('applies each operation for itself, each as a commit of its own', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    const operations = [create('1'), create('1'), create('2', 'q'), { operationType: 'Delete', id: 'none' }];
    const keyed = operations.map((operation, index) => ({
      ...operation,
      partitionKey: index === 2 ? '["q"]' : '["p"]',
    }));
    const { status, text } = await bulk(emulator, '0', keyed);
    expect(status).toBe(207);
    expect(JSON.parse(text)).toMatchObject([
      { statusCode: 201 },
      { statusCode: 409 },
      { statusCode: 201 },
      { statusCode: 404 },
    ]);
    const feed = await send(emulator, {
      path: PATH,
      headers: { 'a-im': 'Incremental Feed', 'x-ms-documentdb-partitionkeyrangeid': '0' },
    });
    expect(JSON.parse(feed.text).Documents).toMatchObject([{ _lsn: 1 }, { _lsn: 2 }]);
    expect((await container.item('2', 'q').read()).statusCode).toBe(200);
  });

  test('stops at the first failure unless told to go on', async () => {
    const { emulator } = await openRig({ ranges: 1 });
    const operations = [create('1'), create('1'), create('2')].map((one) => ({ ...one, partitionKey: '["p"]' }));
    const { text } = await bulk(emulator, '0', operations, { 'x-ms-cosmos-batch-continue-on-error': 'false' });
    expect(JSON.parse(text)).toMatchObject([{ statusCode: 201 }, { statusCode: 409 }, { statusCode: 424 }]);
  });

  test('refuses an operation whose key lies outside the range', async () => {
    const { emulator } = await openRig({ ranges: 2 });
    const middle = '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF';
    const isLow = effectivePartitionKey(['p'], { paths: ['/pk'], version: 2 }) < middle;
    const operations = [{ ...create('1'), partitionKey: '["p"]' }];
    const wrong = await bulk(emulator, isLow ? '1' : '0', operations);
    expect(JSON.parse(wrong.text)).toMatchObject([{ statusCode: 400, subStatusCode: 1001 }]);
    expect((await bulk(emulator, isLow ? '0' : '1', operations)).status).toBe(200);
    const gone = await bulk(emulator, '7', operations);
    expect([gone.status, gone.headers['x-ms-substatus']]).toEqual([410, '1002']);
  });

  test('has at most 100 operations', async () => {
    const { emulator } = await openRig({ ranges: 1 });
    const operations = Array.from({ length: 101 }, (_, index) => ({ ...create(`${index}`), partitionKey: '["p"]' }));
    expect((await bulk(emulator, '0', operations)).status).toBe(400);
    expect((await bulk(emulator, '0', operations.slice(1))).status).toBe(200);
    expect((await bulk(emulator, '0', [])).status).toBe(400);
    expect((await bulk(emulator, '0', [null])).status).toBe(400);
  });
});

function bulk(emulator: Parameters<typeof send>[0], rangeId: string, operations: unknown[], more = {}) {
  const headers = {
    'x-ms-cosmos-is-batch-request': 'true',
    'x-ms-cosmos-batch-atomic': 'false',
    'x-ms-cosmos-batch-continue-on-error': 'true',
    'x-ms-documentdb-partitionkeyrangeid': rangeId,
    ...more,
  };
  return send(emulator, { method: 'POST', path: PATH, headers, body: JSON.stringify(operations) });
}
