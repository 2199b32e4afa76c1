import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/contract.ts';
import { type Batch, type BatchLimits, bytesOf, Operations, writeBatch } from '../../src/cosmos/operations.ts';
import type { Route } from '../../src/cosmos/routing.ts';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { removal, upsert } from '../support/changes.ts';

const BY_PK = { paths: ['/pk'], kind: 'Hash', version: 2 } as const;
const ONE_RANGE: Route = { byKey: () => '0', byStart: () => '0' };
const OPERATIONS_MAX = 100;
const BATCH_BYTES_MAX = 220_201;

describe('the text of a batch', () => {
  test('is an array of upserts and deletes, with keys as texts', () => {
    const [batch] = group([upsert('a', 7), removal('"b"')]);
    expect(JSON.parse(textOf(batch))).toEqual([
      { operationType: 'Upsert', partitionKey: '["key of a"]', resourceBody: { id: 'a', pk: 'key of a', version: 7 } },
      { operationType: 'Delete', id: '"b"', partitionKey: '["key of \\"b\\""]' },
    ]);
  });

  test('carries documents as they are spelled, without system properties', () => {
    const [batch] = group([change('{"_rid":"r","id":"a" ,"pk":"x","v":1.0,"_ts":1}')]);
    expect(textOf(batch)).toBe(
      '[{"operationType":"Upsert","partitionKey":"[\\"x\\"]","resourceBody":{"id":"a" ,"pk":"x","v":1.0}}]',
    );
  });

  test('takes documents that are views into a page', () => {
    const page = new TextEncoder().encode('xx{"id":"a","pk":"x"}yy');
    const [batch] = group([{ key: 'a', kind: 'upsert', document: page.subarray(2, -2) }]);
    expect(JSON.parse(textOf(batch))[0].resourceBody).toEqual({ id: 'a', pk: 'x' });
  });

  test('is as long as its operations say, at most', () => {
    const [batch] = group([upsert('a'), removal('b'), change('{"_ts":1,"id":"c","pk":"x"}')]);
    expect(textOf(batch).length).toBeLessThanOrEqual(bytesOf((batch as Batch).batch));
  });
});

describe('batches', () => {
  test('hold changes of one range each, in order, and lose none', () => {
    const changes = Array.from({ length: 500 }, (_, index) => upsert(`item-${index}`));
    const batches = group(changes, { byKey: (epk) => epk.slice(0, 1), byStart: () => undefined });
    expect(batches.flatMap(({ batch }) => batch)).toHaveLength(500);
    for (const { rangeId, batch } of batches) {
      expect(batch.every(({ change }) => epkOf(change).startsWith(rangeId))).toBe(true);
      const order = batch.map((operation) => changes.indexOf(operation.change));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  test('are those of the ranges that the start of a key tells, and of the whole key where it does not', () => {
    const changes = Array.from({ length: 100 }, (_, index) => upsert(`item-${index}`));
    const digit = (start: number): string => start.toString(16).padStart(8, '0').slice(0, 1).toUpperCase();
    const byKey = (epk: string): string => epk.slice(0, 1);
    const batches = group(changes, { byKey, byStart: (start) => (start % 2 ? digit(start) : undefined) });
    expect(batches).toEqual(group(changes, { byKey, byStart: () => undefined }));
  });

  test('hold as many operations as the service takes', () => {
    const batches = group(Array.from({ length: 2 * OPERATIONS_MAX + 1 }, (_, index) => upsert(`item-${index}`)));
    expect(batches.map(({ batch }) => batch.length)).toEqual([OPERATIONS_MAX, OPERATIONS_MAX, 1]);
  });

  test.each([1000, 50_000, 110_000, 219_000])(
    'of documents of %i bytes hold as many bytes as the service takes',
    (bytes) => {
      const batches = group(Array.from({ length: 40 }, (_, index) => padded(`item-${index}`, bytes)));
      const texts = batches.map((batch) => textOf(batch).length);
      expect(Math.max(...texts)).toBeLessThanOrEqual(BATCH_BYTES_MAX);
      expect(batches.length).toBeLessThanOrEqual(Math.ceil(40 / Math.floor(BATCH_BYTES_MAX / (bytes + 200))));
    },
  );

  test('hold a document alone that is larger than a batch may be', () => {
    const changes = [upsert('a'), padded('large', 500_000), upsert('b')];
    const batches = group(changes);
    expect(batches.map(({ batch }) => batch.map(({ change }) => change))).toEqual(changes.map((change) => [change]));
  });
});

function group(changes: readonly Change[], route: Route = ONE_RANGE): Batch[] {
  return new Operations(BY_PK).group(changes, route);
}

function textOf(batch: Batch | undefined): string {
  const operations = batch?.batch ?? [];
  return writeBatch(operations, Buffer.alloc(bytesOf(operations))).toString();
}

function change(text: string): Change {
  return { key: text, kind: 'upsert', document: Buffer.from(text) };
}

function padded(id: string, bytes: number): Change {
  return change(JSON.stringify({ id, pk: id, padding: 'x'.repeat(bytes) }));
}

function epkOf({ document }: Change): string {
  return effectivePartitionKey([JSON.parse(Buffer.from(document).toString()).pk], BY_PK);
}

test('batches hold no more operations and bytes than a range takes, and one key each where that is asked for', () => {
  const changes = Array.from({ length: 20 }, (_, index) => change(`{"id":"${index}","pk":"${index % 4}"}`));
  const batches = (limits: Partial<BatchLimits>) =>
    new Operations(BY_PK)
      .group(changes, ONE_RANGE, { itemsMax: () => 100, bytesMax: () => 1_000_000, ...limits })
      .map(({ batch }) => batch.length);
  expect(batches({})).toEqual([20]);
  expect(batches({ itemsMax: () => 8 })).toEqual([8, 8, 4]);
  expect(batches({ bytesMax: () => 1 })).toEqual(Array(20).fill(1));
  expect(batches({ byKey: true })).toEqual([5, 5, 5, 5]);
});
