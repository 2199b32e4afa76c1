import { ChangeFeedStartFrom } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';

const KILOBYTE = 1024;

/** A document that takes about this many kilobytes where it is stored, and never more. */
const sized = (id: string, kilobytes: number) => ({ id, pk: 'p', pad: 'x'.repeat(kilobytes * KILOBYTE - 300) });

describe('the charge', () => {
  test.each([
    [1, 1],
    [100, 10],
  ])('of reading %i KB is %i request units', async (kilobytes, charge) => {
    const { container } = await openRig();
    await container.items.create(sized('1', kilobytes));
    expect((await container.item('1', 'p').read()).requestCharge).toBe(charge);
  });

  test('of writing a kilobyte is 5 to 10 request units, and more for what there was before', async () => {
    const { container } = await openRig();
    const created = (await container.items.create(sized('1', 1))).requestCharge;
    const replaced = (await container.item('1', 'p').replace(sized('1', 1))).requestCharge;
    const upserted = (await container.items.upsert(sized('1', 1))).requestCharge;
    const deleted = (await container.item('1', 'p').delete()).requestCharge;
    for (const charge of [created, replaced, upserted, deleted]) {
      expect(charge).toBeGreaterThanOrEqual(5);
      expect(charge).toBeLessThanOrEqual(10);
    }
    expect(replaced).toBeGreaterThan(created);
    expect(upserted).toBe(replaced);
  });

  test('grows with the item', async () => {
    const { container } = await openRig();
    const charges: number[] = [];
    for (const kilobytes of [1, 2, 10, 100]) {
      charges.push((await container.items.create(sized(String(kilobytes), kilobytes))).requestCharge);
    }
    expect(charges).toEqual(charges.toSorted((a, b) => a - b));
    expect(new Set(charges).size).toBe(4);
  });

  test('of a batch is that of its operations', async () => {
    const { container } = await openRig();
    const create = (id: string) => ({ operationType: 'Create' as const, resourceBody: sized(id, 1) });
    const { result = [], headers } = await container.items.batch([create('1'), create('2')], 'p');
    const sum = result.reduce((total, { requestCharge }) => total + requestCharge, 0);
    expect(Number(headers?.['x-ms-request-charge'])).toBeCloseTo(sum);
    expect(sum).toBeGreaterThan(10);
  });

  test('of a page of many items is less than to read each of them', async () => {
    const { container } = await openRig({ ranges: 1 });
    for (let id = 0; id < 50; id++) await container.items.create(sized(String(id), 1));
    const pages = [
      await container.items.query('SELECT * FROM c', { partitionKey: 'p' }).fetchNext(),
      await container.items.readAll({ partitionKey: 'p' }).fetchNext(),
      await container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning() }).readNext(),
    ];
    for (const { requestCharge } of pages) {
      expect(requestCharge).toBeGreaterThanOrEqual(2);
      expect(requestCharge).toBeLessThan(50);
    }
  });
});
