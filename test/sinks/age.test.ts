import { expect, test } from 'vitest';
import { ageOf, compare, type Moment } from '../../src/sinks/age.ts';
import { upsert } from '../support/changes.ts';

test.each([
  ['a larger number', '2', '10'],
  ['a larger fraction', '1.25', '1.5'],
  ['a number larger by less than doubles can tell', '9007199254740992', '9007199254740993'],
  ['a later time, in another zone', '"2026-01-01T12:00:00+02:00"', '"2026-01-01T10:30:00Z"'],
  ['a later time with milliseconds', '"2026-01-01T10:00:00Z"', '"2026-01-01T10:00:00.001Z"'],
  ['a later time with more digits', '"2026-01-01T10:00:00.12345Z"', '"2026-01-01T10:00:00.1234567Z"'],
  ['a time later by less than milliseconds', '"2026-01-01T10:00:00.123Z"', '"2026-01-01T10:00:00.1230001Z"'],
  ['a later time with fewer digits', '"2026-01-01T10:00:00.1234567Z"', '"2026-01-01T12:00:00.2+02:00"'],
  ['a text that comes later', '"v1"', '"v2"'],
  ['a later day', '"2026-01-31"', '"2026-02-01"'],
])('%s is newer', (_, older, newer) => {
  const age = ageOf('/a/b~1c');
  const [one, other] = [older, newer].map((value) => age.ofStored(Buffer.from(`{"x":{},"a":{"b/c":${value}}}`)));
  expect(compare(other as Moment, one as Moment)).toBe(1);
  expect(compare(one as Moment, other as Moment)).toBe(-1);
  expect(compare(one as Moment, one as Moment)).toBe(0);
});

test('a path may have tildes and slashes in its names', () => {
  expect(ageOf('/a~01~1b').ofStored(Buffer.from('{"a~1/b":5}'))).toBe(5n);
});

test.each(['{}', '{"a":1}', '{"a":null}', '{"a":{"b":true}}', '{"a":{"b":[1]}}', '{"a":{"b":null}}', '{"b":1}'])(
  'in %s nothing tells an age',
  (text) => {
    expect(ageOf('/a/b').ofStored(Buffer.from(text))).toBeUndefined();
  },
);

test('zeros at the end of a time make it no newer', () => {
  const [one, other] = ['.5Z', '.5000000Z'].map((end) =>
    ageOf('/at').ofStored(Buffer.from(`{"at":"2026-01-01T10:00:00${end}"}`)),
  );
  expect(compare(one as Moment, other as Moment)).toBe(0);
});

test('a time is not newer than a number or another text, nor older', () => {
  const [time, text] = ['2026-01-01T10:00:00Z', 'yesterday'].map((at) =>
    ageOf('/at').ofStored(Buffer.from(JSON.stringify({ at }))),
  );
  expect(compare(time as Moment, text as Moment)).toBeUndefined();
  expect(compare(1n, time as Moment)).toBeUndefined();
});

test('a number is not newer than a text, nor older', () => {
  expect(compare(1, '1')).toBeUndefined();
});

test('what the target has from the source tells when the source wrote it, all else when it was written there', () => {
  const age = ageOf('_ts');
  expect(age.ofStored(Buffer.from('{"_srcTs":5,"_ts":100}'))).toBe(5n);
  expect(age.ofStored(Buffer.from('{"_ts":100}'))).toBe(100n);
  const change = { ...upsert('a'), time: 7, lsn: 9 };
  expect(age.of(change)).toBe(7);
  expect(age.ofStored(Buffer.from(age.kept(change)))).toBe(7n);
  expect(ageOf('_lsn').ofStored(Buffer.from(ageOf('_lsn').kept(change)))).toBe(9n);
  expect(ageOf('_lsn').ofStored(Buffer.from('{"_ts":100}'))).toBeUndefined();
});
