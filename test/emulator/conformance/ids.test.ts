import { describe, expect, test } from 'vitest';
import { describeService } from './service.ts';

// What the official client's own tests of ids send, and more.
const LEGAL = [
  'plain',
  ' leading',
  'trailing ',
  ' both ',
  'in the middle',
  'WithPercent%20Encoded',
  '100%',
  '%',
  'WithQuestionMark?Within',
  '?a=b&c=d',
  'a b?c%d',
  'With+Plus',
  'a,b=c.d:e~f+g-h@i()^$[]{}!_',
  'quote\'d "twice"',
  'WithAmpersand&And;',
  'WithStar*',
  'WithPipe|And<angles>',
  'WithTilde~Backtick`',
  'é',
  'Unicode鱀',
  '緑茶 😀',
  'x'.repeat(255),
  'x'.repeat(1023),
  '...',
  '.a.',
  'WithNewline\nAndTab\t',
];

const ILLEGAL = ['a/b', 'a\\b', 'a#b', ''];

describeService('ids', (service) => {
  test.each(LEGAL)('may be %j: it is created, read, replaced, found and deleted', async (id) => {
    const container = await service.container();
    const item = container.item(id, 'p');
    expect((await container.items.create({ id, pk: 'p' })).resource).toMatchObject({ id });
    expect((await item.read()).resource).toMatchObject({ id });
    expect((await item.replace({ id, pk: 'p', n: 1 })).resource).toMatchObject({ id, n: 1 });
    const query = { query: 'SELECT * FROM c WHERE c.id = @id', parameters: [{ name: '@id', value: id }] };
    expect((await container.items.query(query).fetchAll()).resources).toMatchObject([{ id }]);
    expect((await item.delete()).statusCode).toBe(204);
    expect((await item.read()).statusCode).toBe(404);
  });

  test('rule 17: a question mark is part of an id, and what is behind it counts', async () => {
    const container = await service.container();
    for (const id of ['a', 'a?b', 'a?b=c', 'a?c']) await container.items.create({ id, pk: 'p', was: id });
    for (const id of ['a?c', 'a?b=c']) await container.item(id, 'p').delete();
    const { resources } = await container.items.query('SELECT * FROM c').fetchAll();
    expect(resources.map(({ was }) => was).sort()).toEqual(['a', 'a?b']);
  });

  test('rule 17: names keep their case, and links of resource ids are signed in lower case', async () => {
    const container = await service.container();
    for (const id of ['Case', 'case', 'CASE']) await container.items.create({ id, pk: 'p', was: id });
    expect((await container.item('CASE', 'p').read()).resource).toMatchObject({ was: 'CASE' });
    // The client signs the path of an offer in lower case and sends it as it is.
    const scaled = await service.container({ throughput: 400 });
    const { offer } = await scaled.readOffer();
    expect((await offer?.read())?.statusCode).toBe(200);
  });

  describe('that no path can carry', () => {
    test.each(ILLEGAL)('are refused with 400: %j', async (id) => {
      const { id: container } = await service.container();
      const { status, text } = await service.send({
        method: 'POST',
        path: `/dbs/${service.databaseId}/colls/${container}/docs`,
        headers: { 'x-ms-documentdb-partitionkey': '["p"]' },
        body: JSON.stringify({ id, pk: 'p' }),
      });
      expect(status).toBe(400);
      expect(JSON.parse(text)).toMatchObject({ code: 'BadRequest' });
    });

    test.each(['.', '..'])('are no way to what is above: %j', async (id) => {
      const container = await service.container();
      await expect(container.item(id, 'p').delete()).rejects.toMatchObject({ code: expect.any(Number) });
      expect((await container.read()).statusCode).toBe(200);
    });
  });

  test('of more than 1023 bytes are refused with 400', async () => {
    const { items } = await service.container();
    await expect(items.create({ id: 'x'.repeat(1024), pk: 'p' })).rejects.toMatchObject({ code: 400 });
  });

  test('are made by the client where there is none', async () => {
    const { items } = await service.container();
    const { resource } = await items.create({ pk: 'p' });
    expect(resource?.id).toMatch(/^[0-9a-f-]{36}$/);
  });
});
