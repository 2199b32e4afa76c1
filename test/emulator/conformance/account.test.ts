import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('the account', (service) => {
  test('rule 2: its locations are where the client has reached it, and answer there', async () => {
    const { client, exchanges } = service.record();
    const { resource } = await client.getDatabaseAccount();
    const locations = [...(resource?.writableLocations ?? []), ...(resource?.readableLocations ?? [])];
    expect(locations.length).toBeGreaterThanOrEqual(2);
    for (const { databaseAccountEndpoint } of locations) {
      const { protocol, pathname } = new URL(databaseAccountEndpoint);
      expect([protocol, pathname]).toEqual([`${service.scheme}:`, '/']);
    }
    await client.database(service.databaseId).read();
    expect(exchanges.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test('rule 2: it goes by the name by which the client knows it', async () => {
    service.embedded('two names');
    for (const name of ['127.0.0.1', 'localhost']) {
      const endpoint = new URL(service.endpoint);
      endpoint.hostname = name;
      const { resource } = await service.connect({ endpoint: endpoint.href }).getDatabaseAccount();
      const [location] = resource?.writableLocations ?? [];
      expect(new URL(location?.databaseAccountEndpoint ?? '').href).toBe(endpoint.href);
    }
  });

  test('rule 3: it is not called localhost, so that clients read it once and not before each request', async () => {
    const { client, exchanges } = service.record();
    const { resource } = await client.getDatabaseAccount();
    expect((resource as unknown as { id?: string })?.id).not.toBe('localhost');
    await client.database(service.databaseId).read();
    await client.database(service.databaseId).read();
    await client.databases.readAll().fetchAll();
    const reads = exchanges.filter(({ path }) => path === '' || path === '/');
    expect(reads.length).toBeLessThanOrEqual(2);
    const answer = await service.send({ path: '/' });
    expect(JSON.parse(answer.text).id).not.toBe('localhost');
  });

  test('has session consistency, and no transport of its own that clients would switch to', async () => {
    const { resource } = await service.client.getDatabaseAccount();
    expect(resource?.consistencyPolicy).toBe('Session');
    const body = JSON.parse((await service.send({ path: '/' })).text);
    expect(JSON.parse(body.queryEngineConfiguration)).toMatchObject({ maxSqlQueryInputLength: expect.any(Number) });
    if (service.isEmbedded) expect(Object.keys(body).filter((name) => /thinClient/.test(name))).toEqual([]);
  });

  test('works for a client that never reads it', async () => {
    const { client, exchanges } = service.record({ connectionPolicy: { enableEndpointDiscovery: false } });
    await client.database(service.databaseId).read();
    expect(exchanges.map(({ path }) => path)).toEqual([`/dbs/${service.databaseId}`]);
  });
});
