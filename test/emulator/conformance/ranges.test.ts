import type { PartitionKeyRange } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('partition key ranges', (service) => {
  test('tile the whole space of keys', async () => {
    const container = await service.container();
    const { resources } = await container.readPartitionKeyRanges().fetchAll();
    const ranges = resources.toSorted((one, two) => (one.minInclusive < two.minInclusive ? -1 : 1));
    expect([ranges[0]?.minInclusive, ranges.at(-1)?.maxExclusive]).toEqual(['', 'FF']);
    for (const [index, { minInclusive }] of ranges.slice(1).entries()) {
      expect(minInclusive).toBe(ranges[index]?.maxExclusive);
    }
    expect(new Set(ranges.map(({ id }) => id)).size).toBe(ranges.length);
  });

  test('are one for each 10,000 RU/s', async () => {
    service.embedded('throughput for nothing');
    const container = await service.container({ throughput: 25_000 });
    expect(await container.getFeedRanges()).toHaveLength(3);
  });

  test('rule 4: a client that has them gets 304 and their etag, until there are others', async () => {
    const { id } = await service.container();
    const path = `/dbs/${service.databaseId}/colls/${id}/pkranges`;
    const incremental = { 'a-im': 'Incremental feed', 'x-ms-max-item-count': '-1' };
    const read = async (etag?: unknown) => {
      const headers = { ...incremental, ...(etag !== undefined && { 'if-none-match': String(etag) }) };
      const answer = await service.send({ path, headers });
      return { status: answer.status, etag: answer.headers.etag, text: answer.text };
    };
    const first = await read();
    expect(first).toMatchObject({ status: 200, etag: expect.stringMatching(/^".+"$/) });
    const second = await read(first.etag);
    expect(second).toEqual({ status: 304, etag: first.etag, text: '' });
    service.embedded('splits on command').emulator.split(service.databaseId, id);
    const third = await read(first.etag);
    expect(third.status).toBe(200);
    expect(third.etag).not.toBe(first.etag);
    expect(await read(third.etag)).toMatchObject({ status: 304 });
  });

  test('rule 8: of which one was split have its children instead, which name it, and no id comes again', async () => {
    const { emulator } = service.embedded('splits on command');
    const container = await service.container();
    const read = async (): Promise<PartitionKeyRange[]> =>
      (await container.readPartitionKeyRanges().fetchAll()).resources;
    const used = new Set((await read()).map(({ id }) => id));
    for (let count = 0; count < 3; count++) {
      const before = await read();
      const parent = before[count]?.id ?? '';
      emulator.split(service.databaseId, container.id, parent);
      const after = await read();
      const children = after.filter(({ id }) => !before.some((one) => one.id === id));
      expect(children).toHaveLength(2);
      for (const { id, parents } of children as (PartitionKeyRange & { parents: string[] })[]) {
        expect(parents).toContain(parent);
        expect(used).not.toContain(id);
        used.add(id);
      }
      expect(after.map(({ id }) => id)).not.toContain(parent);
    }
  });

  test('are found by the resource ids of the database and container as well', async () => {
    const container = await service.container();
    const { resource } = await container.read();
    const { resource: database } = await service.database.read();
    // A path of resource ids is signed with the last of them, in lower case.
    const path = `/dbs/${database?._rid}/colls/${resource?._rid}/pkranges`;
    const { status, text } = await service.send({ path, link: (resource?._rid ?? '').toLowerCase() });
    expect(status).toBe(200);
    expect(JSON.parse(text)._rid).toBe(resource?._rid);
  });
});
