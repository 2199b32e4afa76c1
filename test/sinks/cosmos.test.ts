import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { DocumentKey } from '../../src/cosmos/document-key.ts';
import type { PartitionKeyDefinition } from '../../src/protocol/partition-key.ts';
import { describeSink } from '../contract/sink.ts';
import { removal, textOf, upsert } from '../support/changes.ts';
import type { ContainerRigOptions } from '../support/container.ts';
import { openCosmosSink } from './rig.ts';

describeSink('Cosmos', () => openCosmosSink());

test.each([
  ['a number with a needless digit', '{"id":"a","pk":"x","v":1.0}'],
  ['an integer that no double holds', '{"id":"a","pk":"x","v":9007199254740993}'],
  ['an exponent', '{"id":"a","pk":"x","v":[1E+2,-0,0.10]}'],
  ['a key of minus zero', '{"id":"a","pk":-0}'],
  ['the order of properties', '{"z":1,"pk":"x","a":2,"id":"a"}'],
  ['white space', '{ "id" : "a",\n\t"pk":"x" }'],
  ['escapes', '{"id":"\\u0061","pk":"x","v":"\\/\\u00e9\\ud83d\\ude00"}'],
  ['text of any script', '{"id":"größe","pk":"緑茶","v":"😀\u2028"}'],
  ['repeated names', '{"id":"a","pk":"x","v":1,"v":2}'],
  ["properties that look like the service's", '{"id":"a","_custom":1,"pk":"x","_tsx":2,"v":{"_ts":3,"_rid":"r"}}'],
  ['texts that look like JSON', '{"id":"a","pk":"x","v":"{\\"_ts\\":1},"}'],
  ['an own time to live', '{"id":"a","pk":"x","ttl":3600,"$type":"T"}'],
])('%s comes out byte for byte', async (_, text) => {
  const { sink, contents } = await openCosmosSink();
  await sink.write([{ key: 'a', kind: 'upsert', document: Buffer.from(text) }], EVERYTHING);
  expect(await contents()).toEqual([text]);
});

test.each([
  ['behind', '{"id":"a","pk":"x","_rid":"r","_self":"s","_etag":"\\"e\\"","_attachments":"a","_ts":1,"_lsn":2}'],
  ['before', '{"_lsn":2,"_ts":1,"id":"a","pk":"x"}'],
  ['between', '{"id":"a","_etag":"\\"e\\"","pk":"x"}'],
  ['repeated', '{"_ts":1,"id":"a","_ts":2,"pk":"x","_ts":3}'],
])('system properties %s the others are left to the service', async (_, text) => {
  const { sink, contents } = await openCosmosSink();
  await sink.write([{ key: 'a', kind: 'upsert', document: Buffer.from(text) }], EVERYTHING);
  expect(await contents()).toEqual(['{"id":"a","pk":"x"}']);
});

describe('documents of a container by', () => {
  test.each<[string, PartitionKeyDefinition, object[]]>([
    ['texts', by('/pk'), ['', 'x', 'é', '😀', 'a'.repeat(300)].map((pk) => ({ pk }))],
    ['numbers', by('/pk'), [0, 1, -1, 1.5, 1e300, 2 ** 53].map((pk) => ({ pk }))],
    ['null, true, false and nothing', by('/pk'), [{ pk: null }, { pk: true }, { pk: false }, {}]],
    ['the id', by('/id'), [{}, {}, {}]],
    ['a nested property', by('/a/b'), [{ a: { b: 'x' } }, { a: { b: 1 } }, { a: {} }, { a: 'no object' }, {}]],
    ['a quoted property', by('/"a b"'), [{ 'a b': 'x' }, {}]],
    ['version 1 of the hash', { ...by('/pk'), version: 1 }, [{ pk: 'x' }, { pk: 5 }, { pk: null }, {}]],
    [
      'three levels',
      { paths: ['/tenant', '/user', '/id'], kind: 'MultiHash', version: 2 },
      [
        { tenant: 't', user: 'u' },
        { tenant: 't', user: 1 },
        { tenant: 't', user: null },
      ],
    ],
    [
      'two levels of one property',
      { paths: ['/place/country', '/place/city'], kind: 'MultiHash', version: 2 },
      [{ place: { country: 'c', city: 'x' } }, { place: { country: 'c', city: 'y' } }],
    ],
  ])('%s are written and deleted', async (_, partitionKey, rows) => {
    const { sink, contents } = await openCosmosSink({ partitionKey } as ContainerRigOptions);
    const changes = rows.map((row, index) => changeBy(partitionKey, { id: `item-${index}`, ...row }));
    await sink.write(changes, EVERYTHING);
    expect(await contents()).toEqual(changes.map(textOf).sort());
    await sink.write(
      changes.map((change) => ({ ...change, kind: 'delete' as const })),
      EVERYTHING,
    );
    expect(await contents()).toEqual([]);
  });
});

test('batches hold no more operations and bytes than the service takes', async () => {
  const rig = await openCosmosSink({ ranges: 1 });
  const batches: { operations: number; bytes: number }[] = [];
  rig.intercept = ({ operation, body }) => {
    if (operation === 'batch') batches.push({ operations: JSON.parse(body.toString()).length, bytes: body.length });
    return undefined;
  };
  await rig.sink.write(
    Array.from({ length: 250 }, (_, index) => upsert(`item-${index}`)),
    EVERYTHING,
  );
  expect(batches.map(({ operations }) => operations).sort()).toEqual([100, 100, 50].sort());

  batches.length = 0;
  const large = [10, 90_000, 90_000, 90_000, 500_000, 10, 10].map((bytes, index) => padded(`large-${index}`, bytes));
  await rig.sink.write(large, EVERYTHING);
  expect(batches.length).toBeGreaterThan(3);
  for (const { operations, bytes } of batches) expect(operations === 1 || bytes <= 220_201).toBe(true);
  expect((await rig.contents()).length).toBe(257);
});

test('of several versions in one write only the last is sent', async () => {
  const rig = await openCosmosSink();
  let sent = '';
  rig.intercept = ({ operation, body }) => {
    if (operation === 'batch') sent += body.toString();
    return undefined;
  };
  await rig.sink.write([upsert('a', 1), removal('a'), upsert('a', 2)], EVERYTHING);
  expect(JSON.parse(sent)).toMatchObject([{ operationType: 'Upsert', resourceBody: { version: 2 } }]);
});

test('what it costs is counted', async () => {
  const { sink, connection } = await openCosmosSink();
  const before = connection.meter.requestCharge;
  await sink.write([upsert('a'), upsert('b')], EVERYTHING);
  expect(connection.meter.requestCharge - before).toBeGreaterThan(10);
});

function by(path: string): PartitionKeyDefinition {
  return { paths: [path], kind: 'Hash', version: 2 };
}

function changeBy(definition: PartitionKeyDefinition, row: object): Change {
  const document = Buffer.from(JSON.stringify(row));
  const key = new DocumentKey(definition);
  key.scan(document, 0);
  return { key: key.key, kind: 'upsert', document };
}

function padded(id: string, bytes: number): Change {
  return { key: id, kind: 'upsert', document: Buffer.from(JSON.stringify({ id, pk: id, padding: 'x'.repeat(bytes) })) };
}
