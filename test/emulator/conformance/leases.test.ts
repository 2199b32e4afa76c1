import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { describeService, type Service } from './service.ts';

// What the change feed processors of the .NET and Java clients keep in their lease containers, and how.

const PREFIX = 'proc127.0.0.1_CrkDAA==_CrkDANnXd2k=';

const LEASES = [
  {
    what: 'of .NET by range',
    lease: {
      id: `${PREFIX}..0`,
      version: 0,
      LeaseToken: '0',
      FeedRange: { Range: { min: '', max: 'FF' } },
      Owner: 'host-1',
      ContinuationToken: '"57"',
      properties: {},
      timestamp: '2026-01-02T03:04:05.1234567Z',
      Mode: 'Incremental Feed',
    },
  },
  {
    what: 'of .NET by bounds',
    lease: {
      id: `${PREFIX}..-1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF`,
      version: 1,
      LeaseToken: '-1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF',
      FeedRange: { Range: { min: '', max: '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', isMaxInclusive: true } },
      Owner: null,
      ContinuationToken: null,
      properties: { by: 'é"' },
      timestamp: null,
      Mode: 'Full-Fidelity Feed',
    },
  },
  {
    what: 'of Java',
    lease: {
      id: `${PREFIX}..-FF`,
      version: 1,
      LeaseToken: '-FF',
      feedRange: { Range: { min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false } },
      Owner: 'host-1',
      ContinuationToken: 'eyJWIjoxLCJSaWQiOiJDcmtEQU5uWGQyaz0ifQ==',
      timestamp: '2026-01-02T03:04:05.123456Z[UTC]',
    },
  },
];

const open = (service: Service): Promise<Container> =>
  service.container({ partitionKey: { paths: ['/id'] }, defaultTtl: -1 });

const given = (etag: string) => ({ accessCondition: { type: 'IfMatch', condition: etag } });

describeService('lease documents', (service) => {
  test.each(LEASES)('$what are read as they were written', async ({ lease }) => {
    const container = await open(service);
    await container.items.create({ ...lease });
    expect((await container.item(lease.id, lease.id).read()).resource).toMatchObject(lease);
  });

  test('are listed by the start of their id', async () => {
    const container = await open(service);
    for (const { lease } of LEASES) await container.items.create({ ...lease });
    await container.items.create({ id: `${PREFIX}.info` });
    await container.items.create({ id: `other..0` });
    const text = `SELECT * FROM c WHERE STARTSWITH(c.id, "${PREFIX}..")`;
    const { resources } = await container.items.query(text).fetchAll();
    expect(resources.map(({ id }) => id).sort()).toEqual(LEASES.map(({ lease }) => lease.id).sort());
  });

  test('change hands once: the second of two hosts that saw the same lease gets 412', async () => {
    const container = await open(service);
    const lease = { ...LEASES[1]?.lease, id: `${PREFIX}..7` };
    const { etag } = await container.items.create({ ...lease });
    const item = container.item(lease.id, lease.id);
    const first = await item.replace({ ...lease, Owner: 'host-1' }, given(etag));
    await expect(item.replace({ ...lease, Owner: 'host-2' }, given(etag))).rejects.toMatchObject({ code: 412 });
    const checkpoint = { ...lease, Owner: 'host-1', ContinuationToken: '"58"' };
    await item.replace(checkpoint, given(first.etag));
    expect((await item.read()).resource).toMatchObject(checkpoint);
    await expect(item.delete(given(etag))).rejects.toMatchObject({ code: 412 });
  });

  describe('the lock', () => {
    test('is one host’s: the second to create it gets 409', async () => {
      const { items } = await open(service);
      const lock = { id: `${PREFIX}.lock`, ttl: 30 };
      const { etag } = await items.create({ ...lock });
      await expect(items.create({ ...lock })).rejects.toMatchObject({ code: 409 });
      expect(etag).toMatch(/^".+"$/);
    });

    test('is released by who holds it', async () => {
      const container = await open(service);
      const lock = { id: `${PREFIX}.lock`, ttl: 30 };
      const { etag } = await container.items.create({ ...lock });
      expect((await container.item(lock.id, lock.id).delete(given(etag))).statusCode).toBe(204);
      expect((await container.items.create({ ...lock })).statusCode).toBe(201);
    });
  });

  test('may have a key of their own', async () => {
    const container = await service.container({ partitionKey: { paths: ['/partitionKey'] }, defaultTtl: -1 });
    const partitionKey = '6a9f0f4e-3a0e-4a54-9d7e-0f9c6a3ad1f2';
    await container.items.create({ ...LEASES[0]?.lease, partitionKey });
    const { resource } = await container.item(LEASES[0]?.lease.id ?? '', partitionKey).read();
    expect(resource).toMatchObject({ LeaseToken: '0', partitionKey });
  });
});
