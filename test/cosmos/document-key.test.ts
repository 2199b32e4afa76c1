import { describe, expect, test } from 'vitest';
import { DocumentKey } from '../../src/cosmos/document-key.ts';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { keyOfDocument, type PartitionKeyDefinition } from '../../src/protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../../src/protocol/system-properties.ts';
import { randomFrom } from '../support/random.ts';
import { type RandomMember, randomObject } from '../support/random-json.ts';

const V2: PartitionKeyDefinition = { paths: ['/pk'], kind: 'Hash', version: 2 };

describe('in 2000 random documents', () => {
  test.each<PartitionKeyDefinition>([
    V2,
    { paths: ['/pk'], kind: 'Hash', version: 1 },
    { paths: ['/a/id'], kind: 'Hash', version: 2 },
    { paths: ['/id'], kind: 'Hash', version: 2 },
    { paths: ['/"a b"', '/a/id', '/a/pk', '/id'], kind: 'MultiHash', version: 2 },
  ])('the key by $paths of version $version is that of the parsed document', (definition) => {
    const random = randomFrom(20261120);
    const reader = new DocumentKey(definition);
    for (let round = 0; round < 2000; round++) {
      const text = randomObject(random, ['id', 'pk', 'a', 'a b', '_ts']).text;
      const bytes = Buffer.from(text);
      expect(reader.scan(bytes, 0)).toBe(bytes.length);
      const key = keyOfDocument(JSON.parse(text), definition);
      expect(JSON.parse(reader.partitionKey), text).toEqual(key.map((part) => (part === undefined ? {} : part)));
      expect(JSON.parse(`[${reader.key}]`), text).toEqual([idOf(text), ...JSON.parse(reader.partitionKey)]);
      const epk = effectivePartitionKey(key, definition);
      expect(reader.epk, text).toBe(epk);
      expect([undefined, Number.parseInt(epk.slice(0, 8), 16)], text).toContain(reader.epkStart);
    }
  });

  test('the start of the effective partition key of a plain text is had without the rest', () => {
    const reader = new DocumentKey(V2);
    reader.scan(Buffer.from('{"id":"1","pk":"Zoë"}'), 0);
    expect(reader.epkStart?.toString(16).padStart(8, '0').toUpperCase()).toBe(reader.epk.slice(0, 8));
    reader.scan(Buffer.from('{"id":"1","pk":"a\\u0062"}'), 0);
    expect(reader.epkStart).toBeUndefined();
  });

  test('cutting out system properties keeps every byte of every other member, in order', () => {
    const random = randomFrom(4);
    const reader = new DocumentKey(V2);
    for (let round = 0; round < 2000; round++) {
      const { text, members } = randomObject(random, ['id', 'pk', '_custom', ...SYSTEM_PROPERTIES]);
      const kept = keptOf(reader, text);
      expectMembers(
        kept,
        members.filter(({ name }) => !SYSTEM_PROPERTIES.includes(name)),
        text,
      );
      JSON.parse(kept);
    }
  });
});

test.each([
  ['at the end', '{"id":"a","v":1.0,"_rid":"r","_ts":1}', '{"id":"a","v":1.0}'],
  ['at the start', '{"_rid":"r", "_ts":1,"id":"a"}', '{ "id":"a"}'],
  ['in the middle', '{"id":"a" , "_lsn":7 , "v":9007199254740993}', '{"id":"a"  , "v":9007199254740993}'],
  ['alone', '{ "_ts" : 1 }', '{  }'],
  ['repeated', '{"_ts":1,"id":"a","_ts":2,"_ts":3}', '{"id":"a"}'],
  ['with an escape in the name', '{"id":"a","\\u005fts":1}', '{"id":"a"}'],
  ["nested, which are the user's", '{"id":"a","v":{"_ts":1}}', '{"id":"a","v":{"_ts":1}}'],
  ['that only start like them', '{"id":"a","_tsx":1,"_custom":2}', '{"id":"a","_tsx":1,"_custom":2}'],
])('system properties %s are cut out', (_, text, kept) => {
  expect(keptOf(new DocumentKey(V2), text)).toBe(kept);
});

describe('the key of a change', () => {
  test.each([
    ['another spelling of the id', '{"id":"\\u0061","pk":1}', '{"pk":1,"id":"a"}'],
    ['another spelling of the id, next to a text', '{"id":"\\u0061","pk":"x"}', '{"id":"a","pk":"x"}'],
    ['another spelling of a text', '{"id":"a","pk":"\\u0078\\/"}', '{"id":"a","pk":"x/"}'],
    ['another spelling of a number', '{"id":"a","pk":1.0}', '{"id":"a","pk":1}'],
    ['other properties', '{"id":"a","pk":1,"v":1}', '{"v":2,"id":"a","pk":1}'],
    ['an object in place of the key, which counts as missing', '{"id":"a","pk":{"x":1}}', '{"id":"a"}'],
  ])('is the same for %s', (_, one, other) => {
    expect(changeKey(one)).toBe(changeKey(other));
  });

  test.each([
    ['the text "1" and the number 1', '{"id":"a","pk":1}', '{"id":"a","pk":"1"}'],
    ['null and missing', '{"id":"a","pk":null}', '{"id":"a"}'],
    ['ids and keys that look alike when joined', '{"id":"a\\",\\"b","pk":"c"}', '{"id":"a","pk":"b\\",\\"c"}'],
    ['ids in another case', '{"id":"a","pk":1}', '{"id":"A","pk":1}'],
  ])('differs between %s', (_, one, other) => {
    expect(changeKey(one)).not.toBe(changeKey(other));
  });
});

test('the last of repeated ids and keys counts, as for the service', () => {
  const reader = scanned(V2, '{"id":"a","pk":1,"id":"b","pk":2}');
  expect([reader.id, reader.partitionKey]).toEqual(['"b"', '[2]']);
});

test.each([0, 100, 1010, 1016, 1017, 1018, 1019, 1020, 1021, 1022, 5000])(
  'keys of any length are read: %i bytes',
  (bytes) => {
    const [id, pk] = ['é'.repeat(bytes / 2), 'x'.repeat(bytes % 2)];
    const reader = scanned(V2, JSON.stringify({ id, pk }));
    expect([reader.key, reader.id, reader.partitionKey]).toEqual([`"${id}","${pk}"`, `"${id}"`, `["${pk}"]`]);
    const turned = scanned(V2, JSON.stringify({ id: pk, pk: id }));
    expect([turned.key, turned.partitionKey]).toEqual([`"${pk}","${id}"`, `["${id}"]`]);
  },
);

test('what is absent is not looked for at the start of the text', () => {
  const text = Buffer.from('"a" {"v":1}');
  const reader = new DocumentKey(V2);
  reader.scan(text, 4);
  expect([reader.id, reader.key, reader.partitionKey]).toEqual(['{}', '{},{}', '[{}]']);
  expect(reader.epk).toBe(effectivePartitionKey([undefined], V2));
});

test('a document inside a page is read at its offset', () => {
  const page = Buffer.from('{"Documents":[{"id":"a","pk":"x"},{"id":"b","pk":"y"}]}');
  const reader = new DocumentKey(V2);
  const end = reader.scan(page, page.indexOf('{"id":"b"'));
  expect([reader.id, reader.partitionKey, page.toString('utf8', end)]).toEqual(['"b"', '["y"]', ']}']);
});

function idOf(text: string): unknown {
  const { id } = JSON.parse(text) as { id?: unknown };
  return id === undefined || (typeof id === 'object' && id !== null) ? {} : id;
}

function scanned(definition: PartitionKeyDefinition, text: string): DocumentKey {
  const reader = new DocumentKey(definition);
  reader.scan(Buffer.from(text), 0);
  return reader;
}

function changeKey(text: string): string {
  return scanned(V2, text).key;
}

function keptOf(reader: DocumentKey, text: string): string {
  const bytes = Buffer.from(text);
  const spans = reader.keptSpans(0, reader.scan(bytes, 0));
  let kept = '';
  for (let at = 0; at < spans.length; at += 2) kept += bytes.toString('utf8', spans[at], spans[at + 1]);
  return kept;
}

/** Walks through an object that must be made of exactly these members, with white space around them. */
function expectMembers(object: string, members: readonly RandomMember[], original: string): void {
  let rest = object.trim().slice(1, -1).trim();
  members.forEach(({ text }, index) => {
    expect(rest.slice(0, text.length), original).toBe(text);
    rest = rest.slice(text.length).trim();
    expect(rest.startsWith(','), original).toBe(index < members.length - 1);
    rest = rest.slice(1).trim();
  });
  expect(rest, original).toBe('');
}
