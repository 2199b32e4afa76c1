import type { UniqueKeyPolicy } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { describeService } from './service.ts';

const uniqueKeyPolicy: UniqueKeyPolicy = { uniqueKeys: [{ paths: ['/mail'] }, { paths: ['/first', '/name/last'] }] };
const CONFLICT = { code: 409, body: { code: 'Conflict' } };

describeService('unique keys', (service) => {
  test('refuse a second item that has the same, with 409, in each partition for itself', async () => {
    const { items } = await service.container({ uniqueKeyPolicy });
    await items.create({ id: '1', pk: 'p', mail: 'a@b', first: 'a', name: { last: 'b' } });
    await expect(items.create({ id: '2', pk: 'p', mail: 'a@b', first: 'x' })).rejects.toMatchObject(CONFLICT);
    const both = { pk: 'p', mail: 'c@d', first: 'a', name: { last: 'b' } };
    await expect(items.create({ id: '2', ...both })).rejects.toMatchObject(CONFLICT);
    expect((await items.create({ id: '2', ...both, first: 'other' })).statusCode).toBe(201);
    expect((await items.create({ id: '1', pk: 'q', mail: 'a@b' })).statusCode).toBe(201);
  });

  test('take nothing and null for one value like any other', async () => {
    const { items } = await service.container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/mail'] }] } });
    await items.create({ id: '1', pk: 'p' });
    await expect(items.create({ id: '2', pk: 'p' })).rejects.toMatchObject(CONFLICT);
    await expect(items.create({ id: '2', pk: 'p', mail: null })).rejects.toMatchObject(CONFLICT);
    expect((await items.create({ id: '2', pk: 'p', mail: '' })).statusCode).toBe(201);
  });

  test('hold for replaces, upserts and batches, and let an item keep its own', async () => {
    const container = await service.container({ uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/mail'] }] } });
    for (const id of ['1', '2']) await container.items.create({ id, pk: 'p', mail: id });
    expect((await container.items.upsert({ id: '1', pk: 'p', mail: '1', n: 2 })).statusCode).toBe(200);
    await expect(container.items.upsert({ id: '1', pk: 'p', mail: '2' })).rejects.toMatchObject(CONFLICT);
    await expect(container.item('1', 'p').replace({ id: '1', pk: 'p', mail: '2' })).rejects.toMatchObject(CONFLICT);
    const { code, result } = await container.items.batch(
      [
        { operationType: 'Delete', id: '2' },
        { operationType: 'Create', resourceBody: { id: '3', pk: 'p', mail: '2' } },
        { operationType: 'Create', resourceBody: { id: '4', pk: 'p', mail: '2' } },
      ],
      'p',
    );
    expect([code, result?.map(({ statusCode }) => statusCode)]).toEqual([207, [424, 424, 409]]);
    await container.item('2', 'p').delete();
    expect((await container.items.create({ id: '3', pk: 'p', mail: '2' })).statusCode).toBe(201);
  });

  test('cannot be changed afterwards', async () => {
    const container = await service.container({ uniqueKeyPolicy });
    const { resource } = await container.read();
    const other = { ...resource, uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/other'] }] } };
    await expect(container.replace(other as never)).rejects.toMatchObject({ code: 403 });
  });
});
