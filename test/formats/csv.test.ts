import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { type CsvOptions, csv } from '../../src/formats/csv.ts';
import { writeCsv } from '../../src/formats/csv-writing.ts';
import type { AppendedFormat, ConvertedFormat, Format } from '../../src/formats/format.ts';
import { parsePaths } from '../../src/formats/paths.ts';
import { randomFrom } from '../support/random.ts';
import { fileOf } from './rig.ts';
import { scratch } from './scratch.ts';

const format = (options: Partial<CsvOptions> = {}): Format =>
  csv({ columns: undefined, isUnsafe: false, decided: undefined, compression: 'none', ...options });
const cellOf = async (value: unknown, options: Partial<CsvOptions> = {}): Promise<string | undefined> =>
  cellsOf(await textOf([JSON.stringify({ value })], options))[1]?.[0];
const cellsOf = (text: string): string[][] => parse(text, { relax_column_count: false });

test('columns are the members of all documents, in the order in which they are first seen', async () => {
  const plain = Array.from({ length: 3000 }, (_, n) => `{"id":"${n}"}`);
  const text = await textOf(['{"id":"a","n":1}', ...plain, '{"t":true,"id":"b","7":null}']);
  const lines = text.split('\r\n');
  expect(lines.slice(0, 3)).toEqual(['id,n,t,7', 'a,1,,', '0,,,']);
  expect(lines.slice(-2)).toEqual(['b,,true,', '']);
});

test('what is no object is in a column of its own', async () => {
  expect(await textOf(['"a"', '1.0', '[1,2]', 'null', '"=1"'])).toBe('value\r\na\r\n1.0\r\n"[1,2]"\r\n""\r\n\'=1\r\n');
  expect(await textOf(['"a"'], { columns: parsePaths('id,value') })).toBe('id,value\r\n,a\r\n');
  expect(() => format({ columns: parsePaths('id') }).assertFits?.(Buffer.from('"a"'))).toThrow(
    expect.objectContaining({ code: 'sink_refused' }),
  );
});

test('columns can be chosen, in objects too, and in the order that is wanted', async () => {
  const documents = ['{"id":"a","address":{"city":"Ulm","geo":{"lat":48.4}},"a.b":1}', '{"id":"b","address":"none"}'];
  const columns = parsePaths('address.city, id,address.geo.lat,address,"a.b"');
  expect(cellsOf(await textOf(documents, { columns }))).toEqual([
    ['address.city', 'id', 'address.geo.lat', 'address', 'a.b'],
    ['Ulm', 'a', '48.4', '{"city":"Ulm","geo":{"lat":48.4}}', '1'],
    ['', 'b', '', 'none', ''],
  ]);
});

test('numbers keep their digits', async () => {
  const text = await textOf(['{"a":1.0,"b":12345678901234567890,"c":-0,"d":1e400,"e":-5}']);
  expect(text).toBe('a,b,c,d,e\r\n1.0,12345678901234567890,-0,1e400,-5\r\n');
});

test('objects and arrays are JSON, byte for byte', async () => {
  expect(cellsOf(await textOf(['{"a":{"x": 1.0,  "y":[ "\\u00e9,\\"" ]}}']))[1]).toEqual([
    '{"x": 1.0,  "y":[ "\\u00e9,\\"" ]}',
  ]);
});

test('of a member that is there twice, the last counts', async () => {
  expect(await textOf(['{"a":1,"b":2,"a":3}'])).toBe('a,b\r\n3,2\r\n');
});

describe('text that a spreadsheet would take for a formula gets an apostrophe before it:', () => {
  const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=cmd|\'/c calc\'!A0, "x"', '＝1+1'];
  test.each(formulas)('%j', async (formula) => {
    expect(await cellOf(formula)).toBe(`'${formula}`);
    expect(await cellOf(formula, { isUnsafe: true })).toBe(formula);
  });

  test('in the header, too', async () => {
    expect(await textOf(['{"=1+1":1}'])).toBe("'=1+1\r\n1\r\n");
  });

  test('but not what is in the midst of it, nor numbers', async () => {
    expect(await cellOf('a=1')).toBe('a=1');
    expect(await cellOf(-1)).toBe('-1');
  });
});

test('any text comes back as it was', async () => {
  const random = randomFrom(Number(process.env.SEED ?? 7));
  const values = Array.from({ length: 300 }, () => {
    return `x${random.text(12)}${random.pick(['', '"', ',', '\r\n', '\n', "'", '""'])}${random.text(3)}`;
  });
  const text = await textOf(values.map((value) => JSON.stringify({ value })));
  expect(cellsOf(text).slice(1)).toEqual(values.map((value) => [value]));
});

test('text that UTF-8 cannot hold is JSON, in cells and in the header', async () => {
  expect(cellsOf(await textOf(['{"half":"=\\uD800,\\n","\\uDC00":"\\ud83d\\ude00"}']))).toEqual([
    ['half', '"\\udc00"'],
    ['"=\\uD800,\\n"', '😀'],
  ]);
  expect(await cellOf('\udfff', { columns: parsePaths('value') })).toBe('"\\udfff"');
});

test('thousands of names are refused, and it is said where the documents are', async () => {
  const line = `{${Array.from({ length: 16_385 }, (_, n) => `"p${n}":${n}`)}}`;
  await expect(textOf([line])).rejects.toMatchObject({
    code: 'sink_refused',
    message: 'the documents of a CSV file have more than 16384 different names',
    hint: expect.stringMatching(/\.partial file is NDJSON.*--columns.*another --out/),
  });
});

describe('to a file that was made, rows are added', () => {
  test.each(['none', 'gzip', 'zstd'] as const)('in its columns (compression: %s)', async (compression) => {
    const made = format({ compression }) as ConvertedFormat;
    const { from, to } = scratch(['{"id":"a","=n,\\"":1}']);
    await made.convert(from, to);
    const added = (await made.addingTo?.(to)) as AppendedFormat;
    expect(added.decided?.()).toBe('[["id"],["=n,\\""]]');
    const again = format({ decided: added.decided?.() });
    expect(fileOf(again as AppendedFormat, ['{"=n,\\"":2}'])).toBe('id,"\'=n,"""\r\n,2\r\n');
  });

  test('and what has no column is refused, but for null', () => {
    const { assertFits } = format({ decided: '[["id"]]' });
    const fits = (text: string): void => assertFits?.(Buffer.from(text));
    for (const _ of [1, 2]) expect(() => fits('{"id":"b","late\\n":1}')).toThrow('no column for "late\\n"');
    fits('{"id":"b","late":null}');
  });

  test('nor is a name that UTF-8 cannot hold lost', async () => {
    const { from, to } = scratch(['{"\\ud800":1}']);
    const made = format() as ConvertedFormat;
    await made.convert(from, to);
    const added = await made.addingTo?.(to);
    expect(() => added?.assertFits?.(Buffer.from('{"\\ud800":2}'))).toThrow('no column for "\\ud800"');
  });
});

test('without documents there is the header of the columns that were chosen, or of what every document has', async () => {
  expect(await textOf([], { columns: parsePaths('id,n') })).toBe('id,n\r\n');
  expect(await textOf([])).toBe('id\r\n');
});

/** A whole file of these documents. */
async function textOf(documents: readonly string[], options: Partial<CsvOptions> = {}): Promise<string> {
  if (options.columns) return fileOf(format(options) as AppendedFormat, documents);
  const { from, to } = scratch(documents);
  await writeCsv(from, to, { isUnsafe: false, compression: 'none', ...options });
  return readFileSync(to, 'utf8');
}
