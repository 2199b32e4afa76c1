import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const PATH = '/dbs/db/colls/items/docs';

async function openFilled(count: number) {
  const rig = await openRig();
  for (let n = 0; n < count; n++) await rig.container.items.create({ id: `${n}`, pk: `p${n % 5}`, n });
  return rig;
}

function query(emulator: Parameters<typeof send>[0], text: string, headers: Record<string, string> = {}) {
  return send(emulator, {
    method: 'POST',
    path: PATH,
    headers: { 'x-ms-documentdb-isquery': 'true', ...headers },
    body: JSON.stringify({ query: text }),
  });
}

describe('a query', () => {
  test('runs over all ranges, page by page', async () => {
    const { container } = await openFilled(25);
    const iterator = container.items.query('SELECT VALUE c.n FROM c WHERE c.n >= 5', { maxItemCount: 6 });
    const pages: number[][] = [];
    while (iterator.hasMoreResults()) pages.push((await iterator.fetchNext()).resources ?? []);
    expect(pages.map(({ length }) => length)).toEqual([6, 6, 6, 2]);
    expect(pages.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n + 5));
  });

  test('takes parameters', async () => {
    const { container } = await openFilled(5);
    const spec = { query: 'SELECT c.id FROM c WHERE c.n = @n', parameters: [{ name: '@n', value: 3 }] };
    expect((await container.items.query(spec).fetchAll()).resources).toEqual([{ id: '3' }]);
  });

  test('of one partition key finds what has that key', async () => {
    const { container } = await openFilled(10);
    const options = { partitionKey: 'p2' };
    const { resources } = await container.items.query('SELECT VALUE c.n FROM c', options).fetchAll();
    expect(resources).toEqual([2, 7]);
    const { resources: counts } = await container.items.query('SELECT VALUE COUNT(1) FROM c', options).fetchAll();
    expect(counts).toEqual([2]);
  });

  test('of the first levels of a partition key finds what is below', async () => {
    const paths = ['/tenant', '/user'];
    const { container } = await openRig({ partitionKey: { paths, version: 2, kind: 'MultiHash' as never } });
    for (const tenant of ['a', 'b']) {
      for (const user of ['x', 'y']) await container.items.create({ id: '1', tenant, user });
    }
    const options = { partitionKey: ['b'] as never };
    const { resources } = await container.items.query('SELECT VALUE c.user FROM c', options).fetchAll();
    expect(resources).toEqual(['x', 'y']);
  });

  test('of one range finds what the ranges share among them', async () => {
    const { emulator } = await openFilled(20);
    const pages = await Promise.all(
      ['0', '1', '2', '3'].map((id) =>
        query(emulator, 'SELECT * FROM c', { 'x-ms-documentdb-partitionkeyrangeid': id }),
      ),
    );
    const ids = pages.flatMap(({ text }) => JSON.parse(text).Documents.map(({ id }: { id: string }) => id));
    expect(ids.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    const gone = await query(emulator, 'SELECT * FROM c', { 'x-ms-documentdb-partitionkeyrangeid': '9' });
    expect([gone.status, gone.headers['x-ms-substatus']]).toEqual([410, '1002']);
  });

  test('counts over all pages at once', async () => {
    const { container } = await openFilled(25);
    const options = { maxItemCount: 2 };
    const { resources } = await container.items.query('SELECT COUNT(1) AS n FROM c WHERE c.n > 3', options).fetchAll();
    expect(resources).toEqual([{ n: 21 }]);
  });

  test('that takes long is answered in pages, a count with one number at the end', async () => {
    const { emulator, container } = await openFilled(80);
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 20;
      return now;
    });
    onTestFinished(() => clock.mockRestore());
    const counting = 'SELECT VALUE COUNT(1) FROM c WHERE c.n > 3';
    const first = await query(emulator, counting);
    expect(JSON.parse(first.text)).toMatchObject({ Documents: [], _count: 0 });
    expect(first.headers).toHaveProperty('x-ms-continuation');
    expect((await container.items.query(counting).fetchAll()).resources).toEqual([76]);
    const none = await query(emulator, 'SELECT * FROM c WHERE c.n = 79');
    expect(JSON.parse(none.text)).toMatchObject({ Documents: [], _count: 0 });
    const { resources } = await container.items.query('SELECT VALUE c.n FROM c WHERE c.n > 75').fetchAll();
    expect(resources).toEqual([76, 77, 78, 79]);
  });

  test('for the top n gives n over all pages', async () => {
    const { container } = await openFilled(10);
    const options = { maxItemCount: 2 };
    expect((await container.items.query('SELECT TOP 5 * FROM c', options).fetchAll()).resources.length).toBe(5);
    expect((await container.items.query('SELECT TOP 0 * FROM c', options).fetchAll()).resources).toEqual([]);
  });

  test('whose plan is used by the client gives the same', async () => {
    const { container } = await openFilled(25);
    const options = { forceQueryPlan: true, maxItemCount: 3 };
    const { resources } = await container.items.query('SELECT VALUE c.n FROM c WHERE c.n < 20', options).fetchAll();
    expect(resources.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect((await container.items.query('SELECT TOP 7 * FROM c', options).fetchAll()).resources.length).toBe(7);
  });

  test('passes over documents that are deleted between its pages', async () => {
    const { container } = await openFilled(6);
    const iterator = container.items.query('SELECT VALUE c.n FROM c', { maxItemCount: 2 });
    const first = (await iterator.fetchNext()).resources;
    await container.item('1', 'p1').delete();
    await container.item('2', 'p2').delete();
    const rest: number[] = [];
    while (iterator.hasMoreResults()) rest.push(...((await iterator.fetchNext()).resources ?? []));
    expect([first, rest]).toEqual([
      [0, 1],
      [3, 4, 5],
    ]);
  });

  test('tells its metrics when asked', async () => {
    const { container } = await openFilled(3);
    const options = { populateQueryMetrics: true };
    const { queryMetrics } = await container.items.query('SELECT * FROM c', options).fetchNext();
    expect(JSON.stringify(queryMetrics)).toContain('retrievedDocumentCount');
  });

  test('that is wrong says where, in the words of the service', async () => {
    const { emulator, container } = await openRig();
    const { status, text } = await query(emulator, 'SELECT * FRM c');
    expect(status).toBe(400);
    const { code, message } = JSON.parse(text);
    expect(code).toBe('BadRequest');
    expect(message).toContain(
      'Message: {"errors":[{"severity":"Error","location":{"start":9,"end":12},"code":"SC1001","message":"Syntax error, incorrect syntax near \'FRM\'."}]}',
    );
    const missing = container.items.query('SELECT * FROM c ORDER BY LOWER(c.n)').fetchAll();
    await expect(missing).rejects.toMatchObject({ code: 400 });
  });

  test.each(['nonsense', '1', '9.9.9', '1.1.bnVsbA'])('is refused with the continuation %s', async (continuation) => {
    const { emulator } = await openRig();
    const { status } = await query(emulator, 'SELECT * FROM c', { 'x-ms-continuation': continuation });
    expect(status).toBe(400);
  });
});

test('a read feed has every document once, page by page', async () => {
  const { emulator } = await openFilled(7);
  const ids: string[] = [];
  for (let continuation: string | undefined = ''; continuation !== undefined; ) {
    const headers = { 'x-ms-max-item-count': '3', 'x-ms-continuation': continuation };
    const answer = await send(emulator, { path: PATH, headers });
    ids.push(...JSON.parse(answer.text).Documents.map(({ id }: { id: string }) => id));
    continuation = answer.headers['x-ms-continuation'] as string | undefined;
  }
  expect(ids).toEqual(['0', '1', '2', '3', '4', '5', '6']);
});
