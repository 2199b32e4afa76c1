import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { type CsvOptions, csv } from '../../src/formats/csv.ts';
import { parsePaths } from '../../src/formats/paths.ts';
import { randomFrom } from '../support/random.ts';
import { fileOf } from './rig.ts';

const format = (options: Partial<CsvOptions> = {}) =>
  csv({ columns: undefined, isUnsafe: false, decided: undefined, onLeftOut: () => {}, ...options });
const textOf = (documents: readonly string[], options: Partial<CsvOptions> = {}) => fileOf(format(options), documents);
const cellOf = (value: unknown, options: Partial<CsvOptions> = {}): string | undefined =>
  cellsOf(textOf([JSON.stringify({ value })], options))[1]?.[0];
const cellsOf = (text: string): string[][] => parse(text, { relax_column_count: false });

test('columns are the members of the first documents, and are written down in the header', () => {
  const text = textOf(['{"id":"a","n":1}', '{"id":"b","t":true,"7":null}']);
  expect(text).toBe('id,n,t,7\r\na,1,,\r\nb,,true,\r\n');
});

test('columns can be chosen, in objects too, and in the order that is wanted', () => {
  const documents = ['{"id":"a","address":{"city":"Ulm","geo":{"lat":48.4}},"a.b":1}', '{"id":"b","address":"none"}'];
  const columns = parsePaths('address.city, id,address.geo.lat,address,"a.b"');
  expect(cellsOf(textOf(documents, { columns }))).toEqual([
    ['address.city', 'id', 'address.geo.lat', 'address', 'a.b'],
    ['Ulm', 'a', '48.4', '{"city":"Ulm","geo":{"lat":48.4}}', '1'],
    ['', 'b', '', 'none', ''],
  ]);
});

test('numbers keep their digits', () => {
  const text = textOf(['{"a":1.0,"b":12345678901234567890,"c":-0,"d":1e400,"e":-5}']);
  expect(text).toBe('a,b,c,d,e\r\n1.0,12345678901234567890,-0,1e400,-5\r\n');
});

test('objects and arrays are JSON, byte for byte', () => {
  expect(cellsOf(textOf(['{"a":{"x": 1.0,\n"y":[ "\\u00e9,\\"" ]}}']))[1]).toEqual([
    '{"x": 1.0,\n"y":[ "\\u00e9,\\"" ]}',
  ]);
});

test('of a member that is there twice, the last counts', () => {
  expect(textOf(['{"a":1,"b":2,"a":3}'])).toBe('a,b\r\n3,2\r\n');
});

describe('text that a spreadsheet would take for a formula gets an apostrophe before it:', () => {
  const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=cmd|\'/c calc\'!A0, "x"', '＝1+1'];
  test.each(formulas)('%j', (formula) => {
    expect(cellOf(formula)).toBe(`'${formula}`);
    expect(cellOf(formula, { isUnsafe: true })).toBe(formula);
  });

  test('in the header, too', () => {
    expect(textOf(['{"=1+1":1}'])).toBe("'=1+1\r\n1\r\n");
  });

  test('but not what is in the midst of it, nor numbers', () => {
    expect(cellOf('a=1')).toBe('a=1');
    expect(cellOf(-1)).toBe('-1');
  });
});

test('any text comes back as it was', () => {
  const random = randomFrom(Number(process.env.SEED ?? 7));
  for (let round = 0; round < 300; round++) {
    const value = `x${random.text(12)}${random.pick(['', '"', ',', '\r\n', '\n', "'", '""'])}${random.text(3)}`;
    expect(cellOf(value)).toBe(value);
  }
});

test('it tells once of what has no column', () => {
  const leftOut: string[] = [];
  const open = format({ onLeftOut: (name) => leftOut.push(name) });
  const rows = (text: string): string => Buffer.from(open.rows([Buffer.from(text)]).bytes).toString();
  rows('{"id":"a"}');
  expect(leftOut).toEqual([]);
  expect(rows('{"id":"b","late\\n":1}')).toBe('b\r\n');
  rows('{"other":1}');
  expect(leftOut).toEqual(['late\n']);
});

test('columns stay those that were decided', () => {
  const first = format();
  first.rows([Buffer.from('{"id":"a","n":1}')]);
  const again = format({ decided: first.decided?.() });
  expect(fileOf(again, ['{"n":2,"x":3}'])).toBe('id,n\r\n,2\r\n');
});

test('without documents there is the header of the columns that were chosen, or nothing', () => {
  expect(textOf([], { columns: parsePaths('id,n') })).toBe('id,n\r\n');
  expect(textOf([])).toBe('');
});
