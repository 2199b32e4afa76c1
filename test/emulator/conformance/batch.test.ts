import type { Container, OperationInput } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { readRange } from './feed.ts';
import { describeService, type Service } from './service.ts';

/** A container that has the item `there`. */
async function open(service: Service): Promise<Container> {
  const container = await service.container();
  await container.items.create({ id: 'there', pk: 'p', n: 1 });
  return container;
}

const create = (id: string) => ({ operationType: 'Create' as const, resourceBody: { id, pk: 'p' } });

describeService('a transactional batch', (service) => {
  test('rule 12: is answered with a bare list, as long as the request and in its order', async () => {
    const container = await open(service);
    const { code, result } = await container.items.batch(
      [
        create('1'),
        { operationType: 'Upsert', resourceBody: { id: '2', pk: 'p' } },
        { operationType: 'Upsert', resourceBody: { id: 'there', pk: 'p', n: 2 } },
        { operationType: 'Read', id: 'there' },
        { operationType: 'Replace', id: '1', resourceBody: { id: '1', pk: 'p', n: 3 } },
        { operationType: 'Delete', id: '2' },
      ],
      'p',
    );
    expect(code).toBe(200);
    expect(Array.isArray(result)).toBe(true);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 201, 200, 200, 200, 204]);
    expect(result?.map(({ resourceBody }) => resourceBody?.id)).toEqual(['1', '2', 'there', 'there', '1', undefined]);
    for (const { requestCharge, eTag, statusCode } of result ?? []) {
      expect(requestCharge).toBeGreaterThan(0);
      if (statusCode !== 204) expect(eTag).toMatch(/^".+"$/);
    }
    expect(result?.[3]?.resourceBody).toMatchObject({ n: 2 });
  });

  const FAILURES: readonly (readonly [string, OperationInput, number])[] = [
    ['a create of what is there', create('there') as OperationInput, 409],
    ['a read of what is not there', { operationType: 'Read', id: 'none' }, 404],
    ['a deletion of what is not there', { operationType: 'Delete', id: 'none' }, 404],
    [
      'a replace of what is not there',
      { operationType: 'Replace', id: 'none', resourceBody: { id: 'none', pk: 'p' } },
      404,
    ],
    [
      'a replace for another etag',
      { operationType: 'Replace', id: 'there', ifMatch: '"other"', resourceBody: { id: 'there', pk: 'p' } },
      412,
    ],
    ['an item of another key', { operationType: 'Create', resourceBody: { id: 'x', pk: 'q' } }, 400],
  ];
  test.each(FAILURES)('rule 12: is 207, with 424 for all the others, for %s', async (_, operation, status) => {
    const container = await open(service);
    const { code, result } = await container.items.batch([create('1'), operation, create('2')], 'p');
    expect(code).toBe(207);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, status, 424]);
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    expect((await container.item('there', 'p').read()).resource).toMatchObject({ n: 1 });
  });

  test('takes effect for each operation after the one before it', async () => {
    const container = await open(service);
    const { result } = await container.items.batch(
      [create('1'), { operationType: 'Delete', id: '1' }, create('1'), { operationType: 'Read', id: '1' }],
      'p',
    );
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 204, 201, 200]);
  });

  test('is one commit: the change feed has all of it under one number', async () => {
    const container = await open(service);
    await container.items.batch(['1', '2', '3'].map(create), 'p');
    await container.items.batch(['4', '5'].map(create), 'p');
    const lsns = new Map((await readRange(container, 'p')).map(({ id, _lsn }) => [id, _lsn]));
    expect(new Set(['1', '2', '3'].map((id) => lsns.get(id))).size).toBe(1);
    expect(lsns.get('4')).toBeGreaterThan(lsns.get('3') ?? 0);
    expect(lsns.get('4')).toBe(lsns.get('5'));
  });

  test('has at most 100 operations: one more is refused with 400', async () => {
    const { id } = await open(service);
    const call = (count: number) => ({
      method: 'POST' as const,
      path: `/dbs/${service.databaseId}/colls/${id}/docs`,
      headers: {
        'x-ms-cosmos-is-batch-request': 'true',
        'x-ms-cosmos-batch-atomic': 'True',
        'x-ms-documentdb-partitionkey': '["p"]',
      },
      body: JSON.stringify(Array.from({ length: count }, (_, index) => create(`${index}`))),
    });
    expect((await service.send(call(101))).status).toBe(400);
    expect((await service.send(call(100))).status).toBe(200);
  });

  test('of more than 2 MB is refused with 413', async () => {
    const container = await open(service);
    const large = ['1', '2'].map((id) => ({
      operationType: 'Create' as const,
      resourceBody: { id, pk: 'p', text: 'x'.repeat(1_200_000) },
    }));
    await expect(container.items.batch(large, 'p')).rejects.toMatchObject({ cause: { code: 413 } });
  });

  test('without contents in its answer is answered without contents', async () => {
    const container = await open(service);
    const { code, result } = await container.items.batch([create('1'), create('2')], 'p', {
      contentResponseOnWriteEnabled: false,
    });
    expect(code).toBe(200);
    expect(result?.map(({ statusCode, resourceBody }) => [statusCode, resourceBody])).toEqual([
      [201, undefined],
      [201, undefined],
    ]);
  });
});
