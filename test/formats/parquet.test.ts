import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { parquetFormat } from '../../src/formats/parquet.ts';
import { type ParquetOptions, writeParquet } from '../../src/formats/parquet-writing.ts';
import { FlowError } from '../../src/support/error.ts';
import { type Duck, openDuck } from './duckdb.ts';
import { scratch } from './scratch.ts';

const TWO_ORDERS = [
  '{"id":"1","total":9.5,"n":3,"paid":true}',
  '{"id":"2","total":0.5,"n":-4,"paid":false,"note":"é ☕"}',
];

test('properties are columns of their type, and what a document does not have is null', async () => {
  const { names, rows, types } = await read(await made(TWO_ORDERS));
  expect(names).toEqual(['id', 'total', 'n', 'paid', 'note']);
  expect(types).toEqual(['UTF8', 'DOUBLE', 'INT64', 'BOOLEAN', 'UTF8']);
  expect(rows).toEqual([
    ['1', 9.5, 3n, true, null],
    ['2', 0.5, -4n, false, 'é ☕'],
  ]);
});

test('a type is that of all documents, however late one comes that does not fit', async () => {
  const lines = Array.from({ length: 25_000 }, (_, n) => `{"id":"${n}","late":${n === 24_999 ? '"text"' : n}}`);
  const { names, types, rows } = await read(await made(lines));
  expect(types[names.indexOf('late')]).toBe('JSON');
  expect([rows.length, rows[0]?.[1], rows.at(-1)?.[1]]).toEqual([25_000, 0, 'text']);
});

test.each([
  ['integers of 64 bits', ['1', '-9223372036854775808', '9223372036854775807'], 'INT64'],
  ['integers among doubles', ['1', '2.5', '1e3', '9007199254740991'], 'DOUBLE'],
  ['a -0', ['-0', '0', '-0'], 'DOUBLE'],
  ['an integer longer than 64 bits', ['1', '9223372036854775808'], 'JSON'],
  ['a long integer among doubles', ['0.5', '9007199254740993'], 'JSON'],
  ['more digits than a double has', ['0.1', '0.10000000000000000001'], 'JSON'],
  ['a number larger than a double', ['1', '1e400'], 'JSON'],
  ['a number smaller than a double', ['1', '1e-400'], 'JSON'],
  ['the largest double', ['1.7976931348623157e308', '5e-324', '1.50', '-0.0'], 'DOUBLE'],
  ['kinds that are mixed', ['1', '"1"', 'true'], 'JSON'],
  ['objects and arrays', ['{"a":[1.0]}', '[]'], 'JSON'],
  ['half a pair of UTF-16', ['"a"', '"\\ud83d"'], 'JSON'],
  ['texts that are empty or escaped', ['""', '"\\u0041\\n\\ud83d\\ude00"'], 'UTF8'],
])('%s come out as they went in', async (_, values, type) => {
  const { types, rows } = await read(await made(values.map((value) => `{"v":${value}}`)));
  expect(types).toEqual([type]);
  rows.forEach(([value], index) => {
    const text = values[index] as string;
    expect(value).toEqual(type === 'INT64' ? BigInt(text) : JSON.parse(text));
  });
});

test('an odd name is a column like any other, and the last of two equal names counts', async () => {
  const line = '{"__proto__":1,"constructor":"c","":2,"a.b":3,"d\\u00e9j\\u00e0":4,"x":1,"x":{"y":1},"toString":null}';
  const { names, rows } = await read(await made([line, '{"déjà":5}']));
  expect(names).toEqual(['__proto__', 'constructor', '', 'a.b', 'déjà', 'x', 'toString']);
  expect(rows).toEqual([
    [1n, 'c', 2n, 3n, 4n, { y: 1 }, null],
    [null, null, null, null, 5n, null, null],
  ]);
});

test('columns that are named are all that there is, in their order', async () => {
  const { names, rows } = await read(await made(TWO_ORDERS, { columns: ['n', 'unheard-of', 'id', 'n'] }));
  expect(names).toEqual(['n', 'unheard-of', 'id']);
  expect(rows).toEqual([
    [3n, null, '1'],
    [-4n, null, '2'],
  ]);
});

test.each([
  ['no documents', [], 0],
  ['documents without properties', ['{}', '{ }'], 2],
])('of %s becomes a file with the column that documents have', async (_, lines, count) => {
  const { names, rows } = await read(await made(lines));
  expect([names, rows.length]).toEqual([['id'], count]);
});

test('rows are written in groups, so that memory is that of a group', async () => {
  const lines = Array.from({ length: 60 }, (_, n) => `{"id":"${n}","text":"${'x'.repeat(200_000)}"}`);
  const file = await made(lines);
  const { row_groups } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  expect(row_groups.map(({ num_rows }) => num_rows)).toEqual([11n, 11n, 11n, 11n, 11n, 5n]);
});

test('a row that is no object is refused', async () => {
  await expect(made(['{"id":"1"}', '42'])).rejects.toThrow('a Parquet file has columns, and "42" is not an object');
});

test('thousands of names are refused, unless columns are named', async () => {
  const line = `{${Array.from({ length: 2001 }, (_, n) => `"p${n}":${n}`).join()}}`;
  await expect(made([line])).rejects.toThrow('more than 2000 different names');
  expect((await read(await made([line], { columns: ['p2000'] }))).rows).toEqual([[2000n]]);
});

test('files are made in a thread of their own, the same bytes of the same documents', async () => {
  const [one, other] = [scratch(TWO_ORDERS), scratch(TWO_ORDERS)];
  const { convert } = parquetFormat();
  await Promise.all([convert(one.from, one.to), convert(other.from, other.to)]);
  expect((await read(one.to)).rows).toHaveLength(2);
  expect(readFileSync(one.to).equals(readFileSync(other.to))).toBe(true);
});

test('what a thread refuses, and what it cannot read, is said as if there were none', async () => {
  const { from, to } = scratch(['[]']);
  const refusal = await parquetFormat()
    .convert(from, to)
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FlowError);
  expect(refusal).toMatchObject({ code: 'sink_refused', exitStatus: 6, hint: expect.stringContaining('ndjson') });
  await expect(parquetFormat().convert(`${from}.missing`, to)).rejects.toMatchObject({ code: 'ENOENT' });
});

const duck = await openDuck();
describe.skipIf(typeof duck === 'string')(typeof duck === 'string' ? duck : 'DuckDB', () => {
  const ask = duck as Duck;

  test('finds the types, the count, the sum and the text', async () => {
    const lines = Array.from(
      { length: 1000 },
      (_, n) =>
        `{"id":"${n}","total":${n}.25,"n":${n},"ok":${n % 2 === 0},"never":null,"of":{ "big" : 12345678901234567890 }}`,
    );
    const file = await made(lines);
    const columns = await ask(`DESCRIBE SELECT * FROM read_parquet('${file}')`);
    expect(columns.map(({ column_name, column_type }) => [column_name, column_type])).toEqual([
      ['id', 'VARCHAR'],
      ['total', 'DOUBLE'],
      ['n', 'BIGINT'],
      ['ok', 'BOOLEAN'],
      ['never', 'INTEGER'],
      ['of', 'JSON'],
    ]);
    expect(
      await ask(
        `SELECT count(*) AS rows, sum(total) AS total, sum(n)::BIGINT AS n, min("of") AS text FROM read_parquet('${file}')`,
      ),
    ).toEqual([{ rows: 1000n, total: 499_750, n: 499_500n, text: '{ "big" : 12345678901234567890 }' }]);
  });

  test('reads a file without documents', async () => {
    expect(await ask(`SELECT count(*) AS rows FROM read_parquet('${await made([])}')`)).toEqual([{ rows: 0n }]);
  });
});

async function made(lines: readonly string[], options: ParquetOptions = {}): Promise<string> {
  const { from, to } = scratch(lines);
  await writeParquet(from, to, options);
  return to;
}

async function read(path: string): Promise<{ names: string[]; types: (string | undefined)[]; rows: unknown[][] }> {
  const file = await asyncBufferFromFile(path);
  const [, ...columns] = (await parquetMetadataAsync(file)).schema;
  const ZSTD = (input: Uint8Array): Uint8Array => zstdDecompressSync(input);
  let rows: unknown[][] = [];
  await parquetRead({
    file,
    compressors: { ZSTD },
    rowFormat: 'array',
    onComplete: (found: unknown[][]) => {
      rows = found;
    },
  });
  const names = columns.map(({ name }) => name);
  return { names, types: columns.map(({ type, converted_type }) => converted_type ?? type), rows };
}
