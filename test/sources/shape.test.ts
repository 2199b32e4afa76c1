import { describe, expect, test } from 'vitest';
import { withMember } from '../../src/formats/member.ts';
import { shapeOf } from '../../src/sources/shape.ts';

const DOCUMENT = '{"id":"7","a":{"b":"x"},"n":1.50,"at":"2026-11-21T05:59:00Z","_ts":1795221808}';
const shaped = (rules: readonly string[], idFrom?: string, paths = ['/pk']): string =>
  shapeOf({ partitionKeyFrom: rules, idFrom, partitionKey: { paths } })(Buffer.from(DOCUMENT), 3).toString();

test('a document that needs nothing is the same bytes', () => {
  const document = Buffer.from(DOCUMENT);
  expect(shapeOf({ partitionKeyFrom: [], idFrom: undefined, partitionKey: { paths: ['/id'] } })(document, 0)).toBe(
    document,
  );
});

test.each([
  ['field:/n', '1.5'],
  ['field:/a/b', '"x"'],
  ['composite:/id,/a/b', '"7-x"'],
  ['time:/at:hourly', '"2026-11-21T05"'],
  ['time:/_ts:daily', '"2026-11-21"'],
  ['time:/at:monthly', '"2026-11"'],
])('a partition key by %s is %s, and all else stays', (rule, value) => {
  expect(shaped([rule])).toBe(`{"pk":${value},${DOCUMENT.slice(1)}`);
});

test('a hash has as many values as it is told, and each key one of them', () => {
  const shape = shapeOf({ partitionKeyFrom: ['hash:/id:10'], idFrom: undefined, partitionKey: { paths: ['/pk'] } });
  const keys = Array.from(
    { length: 500 },
    (_, id) => JSON.parse(shape(Buffer.from(`{"id":"${id}"}`), 0).toString()).pk,
  );
  expect(new Set(keys)).toEqual(new Set(Array.from({ length: 10 }, (_, bucket) => String(bucket))));
});

test('an id has the values of its places, the number of the record among them', () => {
  expect(JSON.parse(shaped([], '{/a/b}-{/id}-{#}'))).toMatchObject({ id: 'x-7-3' });
});

test('hierarchical keys have one rule for each level', () => {
  expect(JSON.parse(shaped(['field:/a/b', 'field:/id'], undefined, ['/tenant', '/user']))).toMatchObject({
    tenant: 'x',
    user: '7',
  });
});

describe('is refused before anything is written:', () => {
  test.each<[readonly string[], string | undefined, RegExp]>([
    [['fields:/a'], undefined, /is not a rule/],
    [['hash:/id:0'], undefined, /is not a rule/],
    [['time:/at:weekly'], undefined, /is not a rule/],
    [['constructor:/a'], undefined, /is not a rule/],
    [['field:/a', 'field:/n'], undefined, /there are 2 rules/],
    [[], 'fixed', /does not make ids/],
    [[], '{a}', /does not make ids/],
  ])('%j %s', (rules, idFrom, message) => {
    expect(() => shaped(rules, idFrom)).toThrow(message);
  });

  test('a key inside another property', () => {
    expect(() => shaped(['field:/n'], undefined, ['/a/b'])).toThrow(/lies inside another property/);
  });
});

test.each([
  ['field:/missing', 'it has no /missing'],
  ['field:/a', 'its /a is not a single value'],
])('a document that a rule does not fit says why: %s', (rule, message) => {
  expect(() => shaped([rule])).toThrow(message);
});

test('numbers with more digits than can be told apart make no ids and no keys', () => {
  const document = Buffer.from('{"id":"a","orderId":1234567890123456788}');
  for (const [rules, idFrom] of [
    [[], '{/orderId}'],
    [['composite:/orderId,/id'], undefined],
    [['hash:/orderId:10'], undefined],
  ] as const) {
    const shape = shapeOf({ partitionKeyFrom: rules, idFrom, partitionKey: { paths: ['/pk'] } });
    expect(() => shape(document, 0)).toThrow(/its \/orderId is too long a number/);
  }
});

describe('a member that is set', () => {
  test.each([
    ['{}', '{"pk":1}'],
    [' { } ', ' {"pk":1 } '],
    ['{"a":1}', '{"pk":1,"a":1}'],
    ['{"a":1,"pk" : "x" , "b":2}', '{"a":1,"pk":1 , "b":2}'],
    ['{"pk":[1,2],"a":1,"pk":null}', '{"pk":1,"a":1,"pk":1}'],
  ])('in %s', (document, expected) => {
    expect(withMember(Buffer.from(document), 'pk', '1').toString()).toBe(expected);
  });
});
