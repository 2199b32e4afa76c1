import { readFileSync } from 'node:fs';
import { zstdDecompress } from 'node:zlib';
import avro from 'avsc';
import { expect, test } from 'vitest';
import { avroFormat } from '../../src/formats/avro.ts';
import { type AvroOptions, writeAvro } from '../../src/formats/avro-writing.ts';
import { FlowError } from '../../src/support/error.ts';
import { scratch } from './scratch.ts';

test('documents are kept as they were written, with their id beside them', async () => {
  const lines = ['{"id":"1","n":1.0,"big":12345678901234567890}', '{ "id" : "é ☕\\n" }', '{"id":7}', '42', '{}'];
  const records = await read(await made(lines));
  expect(records.map(({ document }) => document)).toEqual(lines);
  expect(records.map(({ id }) => id)).toEqual(['1', 'é ☕\n', null, null, null]);
});

test('what an envelope tells is told by the record, and its document is the one in it', async () => {
  const lines = [
    '{"key":["1","DE",{}],"operation":"upsert","lsn":7,"range":"-FF","time":"2026-01-02T03:04:05Z","document":{"id":"1","v":1.0}}',
    '{"key":["2",4],"operation":"delete","range":"-FF","document":{"id":"2"}}',
  ];
  expect(await read(await made(lines, { envelope: true }))).toEqual([
    {
      id: '1',
      partitionKey: '["DE",{}]',
      lsn: 7,
      time: Date.UTC(2026, 0, 2, 3, 4, 5),
      operation: 'upsert',
      document: '{"id":"1","v":1.0}',
    },
    { id: '2', partitionKey: '[4]', lsn: null, time: null, operation: 'delete', document: '{"id":"2"}' },
  ]);
});

const ORDER = JSON.stringify({
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'total', type: ['null', 'double', 'string'] },
    { name: 'n', type: 'long', default: 42 },
    { name: 'tags', type: { type: 'array', items: 'string' }, default: [] },
    { name: 'to', type: ['null', { type: 'record', name: 'To', fields: [{ name: 'city', type: 'string' }] }] },
    { name: 'of', type: { type: 'map', values: ['int', 'boolean'] }, default: {} },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] }, default: 'A' },
    { name: 'constructor', type: ['null', 'string'] },
  ],
});

test('documents become records of a schema, with defaults, unions by the first that holds, and nothing that it does not name', async () => {
  const lines = [
    '{"id":"1","total":9.5,"n":7,"tags":["a","é"],"to":{"city":"Köln"},"of":{"__proto__":1,"b":true},"kind":"B","more":1}',
    '{"id":"2","total":"much"}',
  ];
  const [first, second] = await read(await made(lines, { schema: ORDER }));
  expect(first).toMatchObject({ id: '1', total: 9.5, n: 7, tags: ['a', 'é'], to: { city: 'Köln' }, kind: 'B' });
  expect(second).toMatchObject({ id: '2', total: 'much', n: 42, tags: [], to: null, kind: 'A', constructor: null });
});

test.each([
  ['{"total":1}', 'line 1 does not fit the Avro schema: "id" is missing, and not of type "string"'],
  ['{"id":"1","n":1.5}', 'document "1" does not fit the Avro schema: "n" is 1.5, and not of type "long"'],
  ['{"id":"1","n":9007199254740993}', '"n" is 9007199254740993, and not of type "long"'],
  ['{"id":"1","total":1e400}', '"total" is 1e400, and not of type'],
  ['{"id":"1","total":{}}', '"total" is {}, and not of type ["null","double","string"]'],
  ['{"id":"1","tags":["a",1]}', '"tags[1]" is 1, and not of type "string"'],
  ['{"id":"1","to":{"city":null}}', '"to.city" is null, and not of type "string"'],
  ['{"id":"1","kind":"C"}', '"kind" is "C", and not of type'],
  ['{"id":"\\ud83d"}', 'does not fit the Avro schema: "id" is'],
  ['[]', 'line 1 does not fit the Avro schema: "the document" is []'],
])('a document that does not fit is refused: %s', async (line, message) => {
  const refusal = await made([line], { schema: ORDER }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FlowError);
  expect(refusal).toMatchObject({ code: 'sink_refused', message: expect.stringContaining(message) });
});

const DECIMAL = { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 2 };
const FIXED = { type: 'fixed', name: 'Four', size: 4, logicalType: 'decimal', precision: 9, scale: 3 };
const MILLIS = { type: 'long', logicalType: 'timestamp-millis' };
const MICROS = { type: 'long', logicalType: 'timestamp-micros' };
const DATE = { type: 'int', logicalType: 'date' };
const UUID = { type: 'string', logicalType: 'uuid' };
const UUID_BYTES = { type: 'fixed', name: 'Sixteen', size: 16, logicalType: 'uuid' };
const NUMBER_FIVE = '123e4567-e89b-12d3-a456-426614174005';

test.each<readonly [string, object | string, string, unknown]>([
  ['a decimal', DECIMAL, '167.28', '4158'],
  ['a decimal', DECIMAL, '"167.28"', '4158'],
  ['a decimal', DECIMAL, '-1e-2', 'ff'],
  ['a decimal', DECIMAL, '1.280', '0080'],
  ['a decimal', DECIMAL, '0.00', '00'],
  ['a decimal of more digits than a double has', DECIMAL, '123456789012345678.99', '00ab54a98ceb1f0adb'],
  ['a decimal of so many bytes', FIXED, '-0.001', 'ffffffff'],
  ['a decimal or nothing', ['null', DECIMAL], '1', '64'],
  ['a time', MILLIS, '"1970-01-02T00:00:00.250+01:00"', 82_800_250],
  ['a time', MILLIS, '"2026-08-01T09:30:00Z"', Date.UTC(2026, 7, 1, 9, 30)],
  ['a time', MILLIS, '-1', -1],
  ['a time before all', MILLIS, '"1969-12-31T23:59:59.999Z"', -1],
  ['a time', MICROS, '"1970-01-01T00:00:01.0000010Z"', 1_000_001],
  ['a day', DATE, '"1970-02-01"', 31],
  ['a day', DATE, '31', 31],
  ['a UUID', UUID, `"${NUMBER_FIVE}"`, NUMBER_FIVE],
  ['a UUID of bytes', UUID_BYTES, `"${NUMBER_FIVE}"`, NUMBER_FIVE.replaceAll('-', '')],
  ['a float', 'float', '0.25', 0.25],
  ['what the logical type is not made for', { type: 'string', logicalType: 'date' }, '"x"', 'x'],
])('%s is what its text or number says: %j of %s', async (_, type, value, wanted) => {
  const [{ v = undefined } = {}] = await read(await made([`{"v":${value}}`], { schema: recordWith(type) }));
  expect(Buffer.isBuffer(v) ? v.toString('hex') : v).toBe(wanted);
});

test.each<readonly [object | string, string]>([
  [DECIMAL, '1.234'],
  [DECIMAL, '123456789012345678901'],
  [DECIMAL, '"1,5"'],
  [DECIMAL, '1e999999999'],
  [FIXED, '2147483.648'],
  [MILLIS, '"2026-08-01T09:30:00"'],
  [MILLIS, '"2026-02-30T09:30:00Z"'],
  [MILLIS, '"2026-08-01T09:30:00.0001Z"'],
  [MILLIS, '1.5'],
  [MICROS, '"9999-01-01T00:00:00Z"'],
  [DATE, '"2026-08-01T00:00:00Z"'],
  [DATE, '"2026-02-29"'],
  [UUID, '"123"'],
  ['float', '167.28'],
  ['double', '9007199254740993'],
  ['double', '0.10000000000000000001'],
])('what a type does not hold exactly is refused: of %j, %s', async (type, value) => {
  await expect(made([`{"v":${value}}`], { schema: recordWith(type) })).rejects.toMatchObject({
    code: 'sink_refused',
    message: expect.stringContaining(`"v" is ${value}, and not of type`),
  });
});

test.each(['null', 'deflate', 'zstandard'] as const)('blocks are compressed with codec %s', async (codec) => {
  const lines = Array.from({ length: 3000 }, (_, n) => `{"id":"${n}","text":"${'x'.repeat(n)}"}`);
  const file = await made(lines, { codec });
  expect((await read(file)).map(({ document }) => document)).toEqual(lines);
  const bytes = lines.join('\n').length;
  expect(readFileSync(file).length).toBeLessThan(codec === 'null' ? 1.1 * bytes : bytes / 10);
});

test('a document larger than a block is a record like any other', async () => {
  const lines = ['{"id":"1"}', `{"id":"2","text":"${'é'.repeat(800_000)}"}`, '{"id":"3"}'];
  expect((await read(await made(lines))).map(({ document }) => document)).toEqual(lines);
});

test('no documents are a file without records', async () => {
  expect(await read(await made([]))).toEqual([]);
});

test('files are made in a thread of their own, the same bytes of the same documents', async () => {
  const [one, other] = [scratch(['{"id":"1"}']), scratch(['{"id":"1"}'])];
  const { convert } = avroFormat();
  await Promise.all([convert(one.from, one.to), convert(other.from, other.to)]);
  expect(await read(one.to)).toMatchObject([{ id: '1' }]);
  expect(readFileSync(one.to).equals(readFileSync(other.to))).toBe(true);
});

test('a schema that is none is a usage error', () => {
  expect(() => avroFormat({ schema: '{"type":"recrod"}' })).toThrow(
    expect.objectContaining({ code: 'usage', message: expect.stringContaining('unknown type') }),
  );
  expect(() => avroFormat({ schema: '"string"' })).toThrow('the Avro schema is not that of a record');
});

function recordWith(type: object | string): string {
  return JSON.stringify({ type: 'record', name: 'Row', fields: [{ name: 'v', type }] });
}

async function made(lines: readonly string[], options: AvroOptions = {}): Promise<string> {
  const { from, to } = scratch(lines);
  await writeAvro(from, to, options);
  return to;
}

async function read(file: string): Promise<Record<string, unknown>[]> {
  const codecs = { ...avro.streams.BlockDecoder.defaultCodecs(), zstandard: zstdDecompress };
  const records: Record<string, unknown>[] = [];
  for await (const record of avro.createFileDecoder(file, { codecs: codecs as never })) records.push({ ...record });
  return records;
}
