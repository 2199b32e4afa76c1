import { type Container, type PartitionKey, type PartitionKeyDefinition, PartitionKeyKind } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { readRange } from './feed.ts';
import { describeService } from './service.ts';

const DEFINITIONS: readonly PartitionKeyDefinition[] = [
  { paths: ['/a'] },
  { paths: ['/a'], kind: PartitionKeyKind.Hash, version: 2 },
  { paths: ['/a', '/b', '/c'], kind: PartitionKeyKind.MultiHash, version: 2 },
];

/** Items of keys of all kinds, and their keys for containers of one level and of three. */
const ITEMS = [
  ...Array.from({ length: 60 }, (_, index) => ({ a: `key ${index}`, b: index % 7, c: index % 2 === 0 })),
  ...[{ a: 'é"', b: '😀' }, { a: null, b: null, c: null }, {}, { a: 0 }, { a: -1.5 }, { a: true }, { a: '' }],
].map((item: { a?: unknown; b?: unknown; c?: unknown }, index) => ({ id: `${index}`, ...item }));

const keyOf = (item: Record<string, unknown>, { paths }: PartitionKeyDefinition): PartitionKey => {
  const levels = paths.map((path) => (path.slice(1) in item ? item[path.slice(1)] : {}));
  return (levels.length === 1 ? levels[0] : levels) as PartitionKey;
};

describeService('bulk', (service) => {
  test('rule 15: finds the ranges of keys of version 1, version 2 and several levels by the hash of the client', async () => {
    await Promise.all(
      DEFINITIONS.map(async (partitionKey) => {
        const container = await service.wideContainer({ partitionKey });
        const results = await container.items.executeBulkOperations(
          ITEMS.map((item) => ({
            operationType: 'Create' as const,
            partitionKey: keyOf(item, partitionKey),
            resourceBody: { ...item } as never,
          })),
        );
        expect(results.map(({ response }) => response?.statusCode)).toEqual(ITEMS.map(() => 201));
        const found = await idsOfRanges(container);
        expect(found.filter((ids) => ids.length > 0).length).toBeGreaterThan(1);
        expect(found.flat().sort()).toEqual(ITEMS.map(({ id }) => id).sort());
        for (const item of ITEMS.slice(-10)) {
          expect((await container.item(item.id, keyOf(item, partitionKey)).read()).statusCode).toBe(200);
        }
      }),
    );
  });

  test('rule 13: has each operation carry its key as text, and each is answered for itself', async () => {
    const { client, exchanges } = service.record();
    const { id } = await service.container();
    const container = client.database(service.databaseId).container(id);
    await container.items.create({ id: 'there', pk: 'a' });
    const results = await container.items.executeBulkOperations([
      { operationType: 'Create', partitionKey: 'a', resourceBody: { id: '1', pk: 'a' } },
      { operationType: 'Create', partitionKey: 'a', resourceBody: { id: 'there', pk: 'a' } },
      { operationType: 'Upsert', partitionKey: null, resourceBody: { id: '1', pk: null as never } },
      { operationType: 'Read', partitionKey: 'b', id: 'none' },
      { operationType: 'Replace', partitionKey: 'a', id: 'there', resourceBody: { id: 'there', pk: 'a', n: 2 } },
      { operationType: 'Delete', partitionKey: 'a', id: 'none' },
    ]);
    expect(results.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual([
      201, 409, 201, 404, 200, 404,
    ]);
    const sent = exchanges
      .filter(({ headers }) => headers['x-ms-cosmos-is-batch-request'])
      .flatMap(({ body }) => JSON.parse(String(body)) as { partitionKey: string }[])
      .map(({ partitionKey }) => partitionKey);
    expect([...new Set(sent)].sort()).toEqual(['["a"]', '["b"]', '[null]']);
  });
});

async function idsOfRanges(container: Container): Promise<string[][]> {
  const ranges = await container.getFeedRanges();
  return Promise.all(ranges.map(async (range) => (await readRange(container, range)).map(({ id }) => id)));
}
