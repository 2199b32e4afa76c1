import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('documents', (service) => {
  test('are created once: a second create of the same id and key is refused with 409', async () => {
    const { items } = await service.container();
    const created = await items.create({ id: '1', pk: 'p', n: 1 });
    expect(created.statusCode).toBe(201);
    expect(created.resource).toMatchObject({ id: '1', pk: 'p', n: 1, _attachments: 'attachments/' });
    await expect(items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 409, body: { code: 'Conflict' } });
    expect((await items.create({ id: '1', pk: 'q' })).statusCode).toBe(201);
  });

  test('have the system properties of the service, which clients cannot choose', async () => {
    const container = await service.container();
    const own = { _rid: 'mine', _self: 'mine', _etag: 'mine', _attachments: 'mine', _ts: 1 };
    const { resource, etag } = await container.items.create({ id: '1', pk: 'p', ...own });
    expect(resource).toMatchObject({ _attachments: 'attachments/', _etag: etag });
    expect(Buffer.from((resource?._rid ?? '').replaceAll('-', '/'), 'base64')).toHaveLength(16);
    expect(resource?._self).toMatch(/^dbs\/[^/]+\/colls\/[^/]+\/docs\/[^/]+\/$/);
    expect(resource?._self).toContain(resource?._rid);
    expect(etag).toMatch(/^".+"$/);
    expect(Math.abs((resource?._ts ?? 0) - Date.now() / 1000)).toBeLessThan(900);
    const replaced = await container.item('1', 'p').replace({ id: '1', pk: 'p' });
    expect(replaced.resource).toMatchObject({ _rid: resource?._rid, _self: resource?._self });
    expect(replaced.etag).not.toBe(etag);
  });

  test('are created with 201 and replaced with 200 by an upsert', async () => {
    const { items } = await service.container();
    expect((await items.upsert({ id: '1', pk: 'p', n: 1 })).statusCode).toBe(201);
    const second = await items.upsert({ id: '1', pk: 'p', n: 2 });
    expect([second.statusCode, second.resource?.n]).toEqual([200, 2]);
  });

  test('that are not there are 404 to a read, a replace and a delete', async () => {
    const item = (await service.container()).item('none', 'p');
    const read = await item.read();
    expect([read.statusCode, read.resource]).toEqual([404, undefined]);
    const missing = { code: 404, body: { code: 'NotFound' } };
    await expect(item.replace({ id: 'none', pk: 'p' })).rejects.toMatchObject(missing);
    await expect(item.delete()).rejects.toMatchObject(missing);
  });

  test('that a client has in their present form are 304 to a read', async () => {
    const container = await service.container();
    const { etag } = await container.items.create({ id: '1', pk: 'p' });
    const unless = (condition: string) => ({ accessCondition: { type: 'IfNoneMatch', condition } });
    const same = await container.item('1', 'p').read(unless(etag));
    expect([same.statusCode, same.resource]).toEqual([304, null]);
    await container.item('1', 'p').replace({ id: '1', pk: 'p', n: 2 });
    expect((await container.item('1', 'p').read(unless(etag))).statusCode).toBe(200);
  });

  test.each(['replace', 'upsert', 'delete'] as const)(
    'are not changed by a %s for another etag: 412',
    async (operation) => {
      const container = await service.container();
      const item = container.item('1', 'p');
      const { etag } = await container.items.create({ id: '1', pk: 'p', n: 1 });
      await item.replace({ id: '1', pk: 'p', n: 2 });
      const run = (condition: string) => {
        const options = { accessCondition: { type: 'IfMatch', condition } };
        if (operation === 'delete') return item.delete(options);
        if (operation === 'upsert') return container.items.upsert({ id: '1', pk: 'p', n: 3 }, options);
        return item.replace({ id: '1', pk: 'p', n: 3 }, options);
      };
      await expect(run(etag)).rejects.toMatchObject({ code: 412, body: { code: 'PreconditionFailed' } });
      const { resource, etag: present } = await item.read();
      expect(resource).toMatchObject({ n: 2 });
      expect((await run(present)).statusCode).toBe(operation === 'delete' ? 204 : 200);
    },
  );

  test('are created by an upsert although its etag is of nothing that there is', async () => {
    const { items } = await service.container();
    const options = { accessCondition: { type: 'IfMatch', condition: '"of-nothing"' } };
    expect((await items.upsert({ id: '1', pk: 'p' }, options)).statusCode).toBe(201);
  });

  test('keep their id and key: a replace that would change them is refused with 400', async () => {
    const container = await service.container();
    await container.items.create({ id: '1', pk: 'p' });
    const item = container.item('1', 'p');
    await expect(item.replace({ id: '2', pk: 'p' })).rejects.toMatchObject({ code: 400 });
    await expect(item.replace({ id: '1', pk: 'q' })).rejects.toMatchObject({ code: 400, substatus: 1001 });
  });

  test('that were deleted are gone, and one that is created again is another one', async () => {
    const container = await service.container();
    const { resource: first } = await container.items.create({ id: '1', pk: 'p' });
    expect((await container.item('1', 'p').delete()).statusCode).toBe(204);
    expect((await container.item('1', 'p').read()).statusCode).toBe(404);
    const { resource: second } = await container.items.create({ id: '1', pk: 'p' });
    expect(second?._rid).not.toBe(first?._rid);
  });

  test('come back as they were written: nested, empty, null, and in all scripts', async () => {
    const container = await service.container();
    const item = {
      id: '1',
      pk: 'p',
      text: 'é"\\ \u0000\u2028 緑茶 😀',
      empty: ['', {}, [], null, false, 0, -0.5, 1e300],
      $type: 'a',
      'a.b': { '': 1 },
      deep: { deep: { deep: [{ deep: [[[]]] }] } },
    };
    await container.items.create({ ...item });
    const { resource } = await container.item('1', 'p').read();
    expect(resource).toMatchObject(item);
  });

  test('of more than 2 MB are refused with 413', async () => {
    const { items } = await service.container();
    const large = { id: '1', pk: 'p', text: 'x'.repeat(2 * 1024 * 1024 + 1) };
    await expect(items.create(large)).rejects.toMatchObject({ code: 413 });
    expect((await items.create({ ...large, text: 'x'.repeat(1_900_000) })).statusCode).toBe(201);
  });

  test('cost something to read and to write, and the client is told how much', async () => {
    const container = await service.container();
    const small = await container.items.create({ id: '1', pk: 'p' });
    const large = await container.items.create({ id: '2', pk: 'p', text: 'x'.repeat(100_000) });
    expect(small.requestCharge).toBeGreaterThan(1);
    expect(large.requestCharge).toBeGreaterThan(small.requestCharge);
    expect((await container.item('1', 'p').read()).requestCharge).toBeGreaterThanOrEqual(1);
  });

  test('can all be read, page by page', async () => {
    const container = await service.container();
    const ids = Array.from({ length: 25 }, (_, index) => `${index}`);
    await Promise.all(ids.map((id) => container.items.create({ id, pk: id })));
    const pages = container.items.readAll({ maxItemCount: 10 });
    const seen: (string | undefined)[] = [];
    while (pages.hasMoreResults()) {
      const { resources } = await pages.fetchNext();
      expect((resources ?? []).length).toBeLessThanOrEqual(10);
      seen.push(...(resources ?? []).map(({ id }) => id));
    }
    expect(seen.sort()).toEqual(ids.sort());
  });
});
