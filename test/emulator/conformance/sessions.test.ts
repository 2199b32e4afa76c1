import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('sessions', (service) => {
  test('rule 19: a client that keeps sessions sends back what it was given', async () => {
    const { client, exchanges } = service.record({ consistencyLevel: 'Session' });
    const { id } = await service.container();
    const container = client.database(service.databaseId).container(id);
    const { headers } = await container.items.create({ id: '1', pk: 'p' });
    expect(headers['x-ms-session-token']).toMatch(/^\d+:-?\d+#\d+/);
    expect(Buffer.from(String(headers['x-ms-content-path']).replaceAll('-', '/'), 'base64')).toHaveLength(8);
    await container.item('1', 'p').read();
    const sent = exchanges.at(-1)?.headers ?? {};
    const [range, progress] = String(headers['x-ms-session-token']).split(':');
    expect(sent['x-ms-session-token']?.split(',').map((part) => part.split(':')[0])).toContain(range);
    expect(sent['x-ms-session-token']).toContain(progress?.split('#')[1]);
    expect(sent['x-ms-consistency-level']).toBe('Session');
  });

  test('rule 19: no answer has an empty token', async () => {
    const { client, exchanges } = service.record({ consistencyLevel: 'Session' });
    const { id } = await service.container();
    const container = client.database(service.databaseId).container(id);
    await container.items.create({ id: '1', pk: 'p' });
    await container.items.batch([{ operationType: 'Read', id: '1' }], 'p');
    await container.items.query('SELECT * FROM c').fetchAll();
    await container.item('1', 'p').delete();
    await container.item('1', 'p').read();
    const tokens = exchanges.map(({ answered }) => answered['x-ms-session-token']);
    expect(tokens.filter((token) => token === '')).toEqual([]);
    expect(tokens.filter((token) => token !== undefined).length).toBeGreaterThanOrEqual(4);
  });

  test('of a commit that is still to come are answered 404 with 1002', async () => {
    const container = await service.container();
    const { headers } = await container.items.create({ id: '1', pk: 'p' });
    const [range] = String(headers['x-ms-session-token']).split(':');
    const answer = await service.send({
      path: `/dbs/${service.databaseId}/colls/${container.id}/docs/1`,
      headers: {
        'x-ms-documentdb-partitionkey': '["p"]',
        'x-ms-consistency-level': 'Session',
        'x-ms-session-token': `${range}:-1#999999999`,
      },
    });
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([404, '1002']);
  });

  test('outlive a split', async () => {
    const { emulator } = service.embedded('splits on command');
    const { id } = await service.container({ throughput: 400 });
    const container = service.connect({ consistencyLevel: 'Session' }).database(service.databaseId).container(id);
    for (const pk of ['a', 'b', 'c', 'd']) await container.items.create({ id: '1', pk });
    emulator.split(service.databaseId, id);
    for (const pk of ['a', 'b', 'c', 'd']) expect((await container.item('1', pk).read()).statusCode).toBe(200);
    await container.items.upsert({ id: '1', pk: 'a', n: 2 });
    expect((await container.item('1', 'a').read()).resource).toMatchObject({ n: 2 });
  });
});
