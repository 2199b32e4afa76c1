import { describe, expect, test } from 'vitest';
import {
  elementSpans,
  findMember,
  locateMembers,
  memberSpans,
  SPAN,
  skipSpace,
  skipValue,
} from '../../src/support/json-bytes.ts';
import { randomFrom } from './random.ts';
import { randomObject } from './random-json.ts';

const NAMES = ['id', 'pk', '_ts', 'größe', '😀', '', 'a"b', 'a\\"b', 'a\tb', 'a\\tb'];

describe('locateMembers', () => {
  test('finds in 5000 random objects the values that JSON.parse finds', () => {
    const random = randomFrom(20261120);
    for (let round = 0; round < 5000; round++) {
      const { text } = randomObject(random, NAMES);
      const before = random.pick(['', '  ', '[1,']);
      expect(membersOf(`${before}${text},"rest"]`, before.length, NAMES), text).toEqual(parsedMembers(text, NAMES));
    }
  });

  test('returns the offset behind the object', () => {
    expect(locateMembers(Buffer.from(' {"a":{"b":"}"}} ,'), 0, [], new Int32Array(0))).toBe(16);
    expect(locateMembers(Buffer.from('{ }x'), 0, [], new Int32Array(0))).toBe(3);
  });

  test('leaves nothing of an earlier object behind', () => {
    const spans = new Int32Array(SPAN);
    locateMembers(Buffer.from('{"id":1}'), 0, [Buffer.from('id')], spans);
    locateMembers(Buffer.from('{"no":1}'), 0, [Buffer.from('id')], spans);
    expect([...spans]).toEqual([0, 0, 0]);
  });

  test.each([
    '',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":"',
    '{"a":"\\"',
    '{"a":{"b":[',
    '[1]',
    '{"a" 1}',
    '{"a":1 "b":2}',
  ])('throws on %j rather than running off its end', (text) => {
    expect(() => locateMembers(Buffer.from(text), 0, [Buffer.from('b')], new Int32Array(SPAN))).toThrow(SyntaxError);
  });
});

describe('findMember', () => {
  test.each<[string, number]>([
    ['{"Documents":[]}', 13],
    ['{"_rid":"Documents","Documents" : [1]}', 34],
    ['{"nested":{"Documents":1},"\\u0044ocuments":2}', 43],
    ['{"documents":1}', -1],
    ['{}', -1],
  ])('of %s is where the value starts', (text, offset) => {
    expect(findMember(Buffer.from(text), 0, Buffer.from('Documents'))).toBe(offset);
  });
});

describe('elements', () => {
  test('of 1000 random arrays are what JSON.parse says they are', () => {
    const random = randomFrom(7);
    for (let round = 0; round < 1000; round++) {
      const elements = Array.from({ length: random.integer(6) }, () => randomObject(random, NAMES).text);
      const text = Buffer.from(`[ ${elements.join(' ,\n')} ]`);
      const spans = elementSpans(text, 0);
      const cut = Array.from({ length: spans.length / 2 }, (_, at) =>
        text.toString('utf8', spans[2 * at], spans[2 * at + 1]),
      );
      expect(cut).toEqual(elements);
    }
  });

  test('may be of any kind', () => {
    expect(elementSpans(Buffer.from('[1, {"a":[2]} ,"]"]'), 0)).toEqual([1, 2, 4, 13, 15, 18]);
  });

  test.each(['[1', '[1 2]', '[', '[,]', '{}'])('of %j are refused', (text) => {
    expect(() => elementSpans(Buffer.from(text), 0)).toThrow(SyntaxError);
  });
});

test('white space is what JSON takes for it, and no more', () => {
  expect(skipSpace(Buffer.from(' \t\r\n\u00a0'), 0)).toBe(4);
});

function membersOf(text: string, at: number, names: readonly string[]): unknown[] {
  const bytes = Buffer.from(text);
  const spans = new Int32Array(names.length * SPAN);
  const end = locateMembers(
    bytes,
    at,
    names.map((name) => Buffer.from(name)),
    spans,
  );
  expect(bytes.toString('utf8', end)).toBe(',"rest"]');
  return names.map((name, index) => {
    const [nameStart = 0, start = 0, valueEnd = 0] = spans.subarray(index * SPAN);
    if (valueEnd === 0) return 'absent';
    expect(JSON.parse(bytes.toString('utf8', nameStart, skipValue(bytes, nameStart)))).toBe(name);
    return JSON.parse(bytes.toString('utf8', start, valueEnd));
  });
}

function parsedMembers(text: string, names: readonly string[]): unknown[] {
  const parsed = JSON.parse(text) as Record<string, unknown>;
  return names.map((name) => (Object.hasOwn(parsed, name) ? parsed[name] : 'absent'));
}

test('all members are found in their order, also those of one name', () => {
  const text = Buffer.from('[{ "a" : {"b":[1,"}"]} ,"\\"":"x\\\\", "a":-1e5}');
  const spans: number[] = [];
  const count = memberSpans(text, 1, spans);
  const texts = Array.from({ length: count / 2 }, (_, at) => text.toString('utf8', spans[2 * at], spans[2 * at + 1]));
  expect(texts).toEqual(['"a"', '{"b":[1,"}"]}', '"\\""', '"x\\\\"', '"a"', '-1e5']);
  expect(memberSpans(Buffer.from(' { } '), 0, spans)).toBe(0);
  expect(() => memberSpans(Buffer.from('{"a":1'), 0, spans)).toThrow('ends early');
});
