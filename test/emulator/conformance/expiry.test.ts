import { ChangeFeedStartFrom } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { drain, open } from './feed.ts';
import { describeService } from './service.ts';

describeService('items that expire', (service) => {
  test('are gone when the time of their container is over', async () => {
    const { pass } = service.embedded('a clock that can be turned');
    const container = await service.container({ defaultTtl: 200 });
    await container.items.create({ id: '1', pk: 'p' });
    pass(100);
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    pass(201);
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    expect((await container.items.query('SELECT * FROM c').fetchAll()).resources).toEqual([]);
    expect(await drain(open(container, ChangeFeedStartFrom.Beginning()))).toEqual([]);
    expect((await container.items.create({ id: '1', pk: 'p' })).statusCode).toBe(201);
  });

  test.each([
    ['a shorter time of their own', { defaultTtl: 100 }, 10, false],
    ['a longer time of their own', { defaultTtl: 10 }, 100, true],
    ['no end, of their own', { defaultTtl: 10 }, -1, true],
    ['a time of their own where there is no other', { defaultTtl: -1 }, 10, false],
    ['a time that counts for nothing, where none is kept', {}, 10, true],
  ])('may have %s', async (_, definition, ttl, isThere) => {
    const { pass } = service.embedded('a clock that can be turned');
    const container = await service.container(definition);
    await container.items.create({ id: '1', pk: 'p', ttl });
    pass(30);
    expect((await container.item('1', 'p').read()).statusCode).toBe(isThere ? 200 : 404);
  });

  test('live on from each write', async () => {
    const { pass } = service.embedded('a clock that can be turned');
    const container = await service.container({ defaultTtl: 200 });
    await container.items.create({ id: '1', pk: 'p' });
    for (const turn of [0, 1, 2]) {
      pass(150 * (turn + 1));
      await container.items.upsert({ id: '1', pk: 'p', turn });
    }
    expect((await container.item('1', 'p').read()).resource).toMatchObject({ turn: 2 });
  });
});
