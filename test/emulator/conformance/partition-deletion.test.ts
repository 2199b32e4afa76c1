import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('the deletion of a partition key', (service) => {
  test('takes all that has the key, and nothing else', async () => {
    const container = await service.container();
    for (const pk of ['p', 'q']) {
      for (const id of ['1', '2', '3']) await container.items.create({ id, pk });
    }
    const { statusCode } = await container.deleteAllItemsForPartitionKey('p');
    expect(statusCode).toBe(200);
    expect((await container.items.query('SELECT * FROM c', { partitionKey: 'p' }).fetchAll()).resources).toEqual([]);
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    expect((await container.items.query('SELECT * FROM c', { partitionKey: 'q' }).fetchAll()).resources).toHaveLength(
      3,
    );
    expect((await container.items.create({ id: '1', pk: 'p' })).statusCode).toBe(201);
  });
});
