import { describe, expect, test } from 'vitest';
import { Canonical } from '../../src/formats/canonical.ts';
import { randomFrom } from '../support/random.ts';
import { randomObject } from '../support/random-json.ts';

const formOf = (text: string): string => new Canonical().write(Buffer.from(text), 0).toString('hex');

describe('what is one value has one form:', () => {
  test.each([
    ['1', '1.0', '1e0', '10e-1', '1.000', '0.1E+1', '1E-0'],
    ['100', '1e2', '1E+2', '100.00', '0.001e5'],
    ['-12.5', '-1.25e1', '-12.500'],
    ['0', '-0', '0.0', '0e10', '-0.000e-5', '0e99999999'],
    ['1e21', '1000000000000000000000', '10e20', '1000000000000000000000.000'],
    ['9007199254740993', '9007199254740993.0', '9.007199254740993e15'],
    ['0.1', '1e-1', '0.1000000000000000055511151231257827'],
    ['0.3', '0.3000000000000000001'],
    ['1e400', '10e399', '1.0e+400'],
    ['1e-400', '0.1e-399'],
    ['"aé😀/"', '"\\u0061\\u00e9\\ud83d\\ude00\\/"', '"a\\u00E9😀/"'],
    ['"\\n\\u0000"', '"\\u000a\\u0000"'],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', '{ "b" : 2 , "a" : 1.0 }', '{"\\u0062":2,"a":1}', '{"a":0,"b":2,"a":1}'],
    ['{"a":{"x":[1,2],"y":null}}', '{"a":{"y":null,"x":[1.0,2]}}', '{"a":5,"\\u0061":{"y":null,"x":[1,2]}}'],
    ['[]', '[ ]', ' []'],
    ['{"":{}}', '{ "" : { } }'],
  ])('%s', (first, ...others) => {
    for (const other of others) expect(formOf(other), other).toBe(formOf(first));
  });
});

describe('what differs in value has another form:', () => {
  test.each([
    ['9007199254740993', '9007199254740992'],
    ['123456789012345678901234567890', '123456789012345678901234567891'],
    ['1e400', '0'],
    ['1e400', '1e401'],
    ['-1e400', '1e400'],
    ['1e-400', '0'],
    ['1', '-1'],
    ['1', '"1"'],
    ['0.1', '0.10000000000000002'],
    ['[1,2]', '[12]'],
    ['[1,2]', '[2,1]'],
    ['[[1],2]', '[[1,2]]'],
    ['["a","b"]', '["ab"]'],
    ['{"a":1}', '{"a":1,"b":null}'],
    ['{"a":"b"}', '["a","b"]'],
    ['{"a":1,"b":2}', '{"a":2,"b":1}'],
    ['{"ab":1}', '{"a":1}'],
    ['null', '"null"'],
    ['true', 'false'],
    ['{}', '[]'],
    ['""', 'null'],
    ['"\\ud800"', '"\\ud801"'],
    ['"\\ud800"', '"\ufffd"'],
    ['"\\udc00\\ud800"', '"\\ud800\\udc00"'],
    ['"é"', '"e\u0301"'],
  ])('%s and %s', (one, other) => {
    expect(formOf(one)).not.toBe(formOf(other));
  });
});

test('members of the outermost object can be left out, those of others not', () => {
  const canonical = new Canonical(['_ts', '_etag']);
  const forms = [
    '{"_ts":1,"a":{"_ts":2},"_etag":"x"}',
    '{"a":{"_ts":2},"\\u005fts":3}',
    '{"a":{"_ts":2}}',
    '{"a":{}}',
  ].map((text) => canonical.write(Buffer.from(text), 0).toString('hex'));
  expect(forms[0]).toBe(forms[2]);
  expect(forms[1]).toBe(forms[2]);
  expect(forms[3]).not.toBe(forms[2]);
});

test('objects with thousands of members are sorted too, and the last of each name counts', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `n${index}`);
  const one = `{${names.map((name, index) => `"${name}":${index}`).join()}}`;
  const other = `{${names.map((name) => `"${name}":0`).join()},${names
    .map((name, index) => `"${name}":${index}`)
    .reverse()
    .join()}}`;
  expect(formOf(other)).toBe(formOf(one));
});

test('random objects have the form of their copies in another order, and no other has it', () => {
  const random = randomFrom(7);
  const seen = new Map<string, string>();
  for (let round = 0; round < 1000; round++) {
    // The one number in there that a double does not hold.
    const text = randomObject(random, ['id', 'a', 'b']).text.replaceAll('9007199254740993', '42');
    const value: unknown = JSON.parse(text);
    expect(formOf(JSON.stringify(reversed(value), null, 1)), text).toBe(formOf(text));
    const plain = JSON.stringify(ordered(value));
    expect(seen.get(formOf(text)) ?? plain).toBe(plain);
    seen.set(formOf(text), plain);
  }
  expect(seen.size).toBeGreaterThan(500);
});

test.each(['[1', '{"a":1', '{"a"', '"a', '[1 2]', ''])('broken JSON is refused: %s', (text) => {
  expect(() => formOf(text)).toThrow(SyntaxError);
});

function reversed(value: unknown): unknown {
  return mapMembers(value, (entries) => entries.reverse());
}

function ordered(value: unknown): unknown {
  return mapMembers(value, (entries) => entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Entries = [string, unknown][];

function mapMembers(value: unknown, change: (entries: Entries) => Entries): unknown {
  if (Array.isArray(value)) return value.map((element) => mapMembers(element, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(change(Object.entries(value)).map(([name, inner]) => [name, mapMembers(inner, change)]));
}
