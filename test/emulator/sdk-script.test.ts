import { BulkOperationType, ChangeFeedStartFrom, type Container, StatusCodes } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { connect, openEmulator } from './rig.ts';

const ITEMS = 1000;

test('a script of the official client alone writes, splits and reads 1,000 items and loses none', async () => {
  const client = connect(await openEmulator({ ranges: 4 }));
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.createIfNotExists({ id: 'orders', partitionKey: { paths: ['/pk'] } });
  expect((await container.getFeedRanges()).length).toBe(4);

  const ids = Array.from({ length: ITEMS }, (_, index) => `item-${index}`);
  const item = (id: string) => ({ id, pk: `p${Number(id.slice(5)) % 50}`, text: 'é😀' });
  await Promise.all(ids.slice(0, 200).map((id) => container.items.create(item(id))));
  const bulk = ids.slice(200, 800).map((id) => ({
    operationType: BulkOperationType.Upsert,
    partitionKey: item(id).pk,
    resourceBody: item(id),
  }));
  const results = await container.items.executeBulkOperations(bulk);
  expect(results.every(({ response }) => response?.statusCode === StatusCodes.Created)).toBe(true);
  for (let at = 800; at < ITEMS; at += 4) {
    for (const id of ids.slice(at, at + 4)) {
      const { code } = await container.items.batch([{ operationType: 'Create', resourceBody: item(id) }], item(id).pk);
      expect(code).toBe(200);
    }
  }

  const seen = new Set<string>();
  const feed = container.items.getChangeFeedIterator({
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
    maxItemCount: 50,
  });
  for (let pages = 0; ; pages++) {
    if (pages === 3) await addRange(container);
    const { statusCode, result } = await feed.readNext();
    if (statusCode === StatusCodes.NotModified) break;
    for (const { id } of result) seen.add(id);
  }
  expect((await container.getFeedRanges()).length).toBe(5);
  expect([...seen].sort()).toEqual([...ids].sort());

  const { resources } = await container.items.query('SELECT * FROM c', { maxItemCount: 70 }).fetchAll();
  expect(resources.map(({ id }) => id).sort()).toEqual([...ids].sort());
  const { resources: counts } = await container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll();
  expect(counts).toEqual([ITEMS]);
  for (const id of ids.filter((_, index) => index % 20 === 0)) {
    const { resource } = await container.item(id, item(id).pk).read();
    expect(resource).toMatchObject(item(id));
  }
});

async function addRange(container: Container): Promise<void> {
  const { offer } = await container.readOffer();
  const { resource } = (await offer?.read()) ?? {};
  await offer?.replace({ ...resource, content: { ...resource?.content, offerThroughput: 50_000 } } as never);
}
