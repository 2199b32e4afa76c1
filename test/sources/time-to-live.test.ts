import { describe, expect, test } from 'vitest';
import { withoutMember } from '../../src/formats/member.ts';
import { keptTime, remainingTtl, withoutTtl } from '../../src/sources/time-to-live.ts';

const NOW = 1_000_000;
const left = (document: string, age: number, defaultTtl = -1, clock = NOW): string | undefined =>
  remainingTtl({ defaultTtl, now: () => clock })(Buffer.from(document), changeOf(document, NOW - age))?.toString();
const changeOf = (document: string, time: number | undefined) =>
  ({ key: '"1"', kind: 'upsert', document: Buffer.from(document), time }) as const;

describe('what is left of a time to live', () => {
  test.each([
    ['its own', '{"id":"1","ttl":100}', 40, -1, '{"id":"1","ttl":60}'],
    ['its own, whatever the default is', '{"ttl" : 1e2,"a":1.0}', 40, 5, '{"ttl":60,"a":1.0}'],
    ['the default', '{"id":"1","a":1.0}', 40, 100, '{"ttl":60,"id":"1","a":1.0}'],
    ['one second', '{"ttl":100}', 99, -1, '{"ttl":1}'],
    ['all of it', '{"ttl":100}', 0, -1, '{"ttl":100}'],
    ['all of it, where a clock is behind', '{"ttl":100}', -30, -1, '{"ttl":100}'],
    ['never, by itself', '{"ttl":-1}', 40, 100, '{"ttl":-1}'],
    ['never, by default', '{"id":"1"}', 40, -1, '{"id":"1"}'],
    ['of what is none', '{"ttl":"soon"}', 40, -1, '{"ttl":"soon"}'],
    ['of what is null, by default', '{"ttl":null}', 40, 100, '{"ttl":60}'],
    ['of what is not whole', '{"ttl":1.5}', 40, 100, '{"ttl":1.5}'],
    ['of a name with escapes', '{"\\u0074tl":100}', 40, -1, '{"ttl":60}'],
    ['not of an inner one', '{"a":{"ttl":100}}', 40, -1, '{"a":{"ttl":100}}'],
  ])('%s', (_, document, age, defaultTtl, expected) => {
    expect(left(document, age, defaultTtl)).toBe(expected);
  });

  test('nothing: then the document does not come', () => {
    expect(left('{"ttl":100}', 100)).toBeUndefined();
    expect(left('{"id":"1"}', 101, 100)).toBeUndefined();
  });

  test('is unknown where nobody says when the document was written, and it stays', () => {
    const document = Buffer.from('{"ttl":100}');
    const edit = remainingTtl({ defaultTtl: 5, now: () => NOW });
    expect(edit(document, { key: '"1"', kind: 'upsert', document })).toBe(document);
  });
});

test('a time to live is taken away, and all else stays', () => {
  const document = Buffer.from('{"id":"1" , "ttl" : 5 }');
  expect(withoutTtl(document, changeOf('', 0))?.toString()).toBe('{"id":"1"  }');
});

test('when a document was written is kept in a property', () => {
  const keep = keptTime('sourceTs');
  const document = Buffer.from('{"id":"1","sourceTs":"old"}');
  expect(keep(document, changeOf('', 17))?.toString()).toBe('{"id":"1","sourceTs":17}');
  expect(keep(document, changeOf('', undefined))).toBe(document);
});

test.each([
  ['{"a":1}', '{}'],
  ['{"a":1,"b":2}', '{"b":2}'],
  ['{ "a":1 , "b":2}', '{ "b":2}'],
  ['{"b":2,"a":1}', '{"b":2}'],
  ['{"b":2 , "a":1 , "c":3}', '{"b":2  , "c":3}'],
  ['{"a":1,"b":2,"a":3}', '{"b":2}'],
  ['{"a":1,"a":3}', '{}'],
  ['{"b":{"a":1},"\\u0061":1}', '{"b":{"a":1}}'],
])('a member is cut out of %s', (document, expected) => {
  expect(withoutMember(Buffer.from(document), 'a').toString()).toBe(expected);
});
