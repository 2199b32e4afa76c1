import type { Container } from '@azure/cosmos';
import { describe, expect, test, vi } from 'vitest';
import { describeService, type Service } from './service.ts';

const IDS = Array.from({ length: 40 }, (_, index) => String(index).padStart(2, '0'));

/** A container, on an embedded server one of four ranges, with 40 items in 20 keys. */
async function open(service: Service): Promise<Container> {
  const container = await service.container();
  await Promise.all(IDS.map((id, n) => container.items.create({ id, pk: `key ${n % 20}`, n, even: n % 2 === 0 })));
  return container;
}

const idsOf = (resources: readonly { id?: string }[]): unknown[] => resources.map(({ id }) => id).sort();

describeService('queries', (service) => {
  test.each([
    ['all', 'SELECT * FROM c', IDS.length],
    ['a condition', 'SELECT * FROM c WHERE c.n < 10 AND c.even', 5],
    ['a range of text', 'SELECT * FROM c WHERE c.id >= "30" OR c.id = "00"', 11],
    ['one id', 'SELECT * FROM c WHERE c.id = "07"', 1],
    ['nothing', 'SELECT * FROM c WHERE c.none = 1', 0],
    ['a function', 'SELECT * FROM c WHERE STARTSWITH(c.id, "1")', 10],
  ])('rule 11: over all ranges at once find %s', async (_, text, count) => {
    const container = await open(service);
    expect((await container.items.query(text).fetchAll()).resources).toHaveLength(count);
  });

  test('take parameters', async () => {
    const container = await open(service);
    const query = {
      query: 'SELECT VALUE c.n FROM c WHERE c.pk = @pk AND c.n > @n',
      parameters: [
        { name: '@pk', value: 'key 3' },
        { name: '@n', value: 3 },
      ],
    };
    expect((await container.items.query(query).fetchAll()).resources).toEqual([23]);
  });

  test('of one key find what is in it', async () => {
    const container = await open(service);
    const { resources } = await container.items.query('SELECT * FROM c', { partitionKey: 'key 3' }).fetchAll();
    expect(idsOf(resources)).toEqual(['03', '23']);
  });

  test('count over all ranges', async () => {
    const container = await open(service);
    const { resources } = await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll();
    expect(resources).toEqual([IDS.length]);
  });

  test('rule 11: come in pages with continuations of at most 1 KB, which another client can go on from', async () => {
    const container = await open(service);
    const seen: unknown[] = [];
    let continuationToken: string | undefined;
    do {
      const again = service.connect().database(service.databaseId).container(container.id);
      const options = { maxItemCount: 7, ...(continuationToken && { continuationToken }) };
      const page = await again.items.query('SELECT * FROM c WHERE c.n >= 0', options).fetchNext();
      expect(page.resources.length).toBeLessThanOrEqual(7);
      seen.push(...page.resources.map(({ id }) => id));
      continuationToken = page.continuationToken;
      expect(Buffer.byteLength(continuationToken ?? '')).toBeLessThanOrEqual(1024);
    } while (continuationToken);
    expect(seen.sort()).toEqual(IDS);
  });

  test('rule 10: are answered beside the plan that the client asks for with each of them', async () => {
    const known = await open(service);
    const { client, exchanges } = service.record();
    const container = client.database(service.databaseId).container(known.id);
    await container.items.query('SELECT * FROM c').fetchAll();
    await container.items.query('SELECT * FROM c', { partitionKey: 'key 3' }).fetchAll();
    const plans = () => exchanges.filter(({ headers }) => headers['x-ms-cosmos-is-query-plan-request']);
    // The client does not wait for them.
    await vi.waitFor(() => expect(plans().map(({ status }) => status)).toEqual([200, 200]), { timeout: 10_000 });
    const queries = exchanges.filter(
      ({ headers, path }) => path.endsWith('/docs') && !headers['x-ms-cosmos-is-query-plan-request'],
    );
    expect(queries.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('rule 10: are answered although there is no plan to be had', async () => {
    const container = await open(service);
    service
      .embedded('plans that fail')
      .fail(({ operation }) => (operation === 'queryPlan' ? { status: 404 } : undefined));
    expect((await container.items.query('SELECT * FROM c').fetchAll()).resources).toHaveLength(IDS.length);
  });

  test('rule 9: a request that says it is both a query and for a plan gets the plan', async () => {
    const { id } = await open(service);
    const { status, text } = await service.send({
      method: 'POST',
      path: `/dbs/${service.databaseId}/colls/${id}/docs`,
      headers: {
        'x-ms-cosmos-is-query-plan-request': 'True',
        'x-ms-documentdb-isquery': 'true',
        'x-ms-documentdb-query-enablecrosspartition': 'true',
        'x-ms-cosmos-query-version': '1.4',
        'x-ms-cosmos-supported-query-features': 'Aggregate,Distinct,OffsetAndLimit,OrderBy,Top',
        'content-type': 'application/query+json',
      },
      body: JSON.stringify({ query: 'SELECT * FROM c' }),
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      partitionedQueryExecutionInfoVersion: 2,
      queryInfo: { aggregates: [], orderBy: [] },
      queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
    });
  });

  test('by plan, range by range, find the same', async () => {
    const container = await open(service);
    const { resources } = await container.items
      .query('SELECT * FROM c', { forceQueryPlan: true, maxItemCount: 6 })
      .fetchAll();
    expect(idsOf(resources)).toEqual(IDS);
  });

  test('rule 18: tell their metrics, when asked, in a form that the client reads', async () => {
    const container = await open(service);
    const asked = { populateQueryMetrics: true, forceQueryPlan: true };
    const { queryMetrics, resources } = await container.items.query('SELECT * FROM c', asked).fetchAll();
    expect(resources).toHaveLength(IDS.length);
    expect(queryMetrics).toBeDefined();
    const wire = await service.send({
      method: 'POST',
      path: `/dbs/${service.databaseId}/colls/${container.id}/docs`,
      headers: {
        'x-ms-documentdb-isquery': 'true',
        'x-ms-documentdb-query-enablecrosspartition': 'true',
        'x-ms-documentdb-populatequerymetrics': 'true',
        'content-type': 'application/query+json',
      },
      body: JSON.stringify({ query: 'SELECT * FROM c' }),
    });
    const text = String(wire.headers['x-ms-documentdb-query-metrics']);
    expect(text).toMatch(/^\w+=[\d.]+(;\w+=[\d.]+)*$/);
    expect(text).toContain('retrievedDocumentCount=');
  });

  describe('that are wrong', () => {
    test.each([
      ['in their words', 'SELECT * FORM c'],
      ['in their end', 'SELECT * FROM c WHERE'],
      ['in their names', 'SELECT * FROM c WHERE d.id = "1"'],
    ])('%s are refused with 400', async (_, text) => {
      const container = await service.container();
      await expect(container.items.query(text).fetchAll()).rejects.toMatchObject({ code: 400 });
    });
  });
});
