import { expect, test } from 'vitest';
import { orderText } from '../../src/sources/order.ts';

test('an order is the same whenever and wherever it is made', () => {
  // Written down once: a job of `produce` that another version goes on with must make the same documents.
  expect(orderText(1, 0, 0)).toBe(
    '{"id":"a6685f3b-62d5-4bfc-8935-263140bae87f","customerId":"customer-00389","amount":167.28,"currency":"GBP",' +
      '"createdAt":"2026-01-01T00:00:00.000Z","source":"partner","items":[{"sku":"sku-1","name":"espresso beans",' +
      '"quantity":2,"price":72.78},{"sku":"sku-3","name":"green tea 緑茶","quantity":1,"price":21.72}]}',
  );
});

test('10,000 orders of two seeds have ids of their own, which are UUIDs', () => {
  const ids = [1, 2].flatMap((seed) =>
    Array.from({ length: 5000 }, (_, index) => (JSON.parse(orderText(seed, index, 0)) as { id: string }).id),
  );
  expect(new Set(ids).size).toBe(10_000);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('the amount of an order is the sum of its items', () => {
  for (let index = 0; index < 1000; index++) {
    const { amount, items } = JSON.parse(orderText(3, index, 0)) as Order;
    expect(items.length).toBeGreaterThanOrEqual(1);
    expect(amount).toBeCloseTo(
      items.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
      6,
    );
  }
});

test('orders are spread over customers', () => {
  const customers = Array.from(
    { length: 5000 },
    (_, index) => (JSON.parse(orderText(1, index, 0)) as Order).customerId,
  );
  expect(new Set(customers).size).toBeGreaterThan(1500);
});

test.each([0, 300, 1024, 65_536])('a payload of %i bytes is filled up to that, and not cut', (bytes) => {
  for (let index = 0; index < 50; index++) {
    const text = orderText(1, index, bytes);
    const bare = Buffer.byteLength(orderText(1, index, 0));
    const length = Buffer.byteLength(text);
    expect(length).toBe(bare >= bytes ? bare : Math.max(bytes, bare + ',"padding":""'.length));
    expect(JSON.parse(text)).toMatchObject(JSON.parse(orderText(1, index, 0)));
  }
});

interface Order {
  readonly amount: number;
  readonly customerId: string;
  readonly items: readonly { readonly quantity: number; readonly price: number }[];
}
