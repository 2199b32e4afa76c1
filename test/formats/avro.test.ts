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
  ['{"id":"1","n":9007199254740993}', '"n" is 9007199254740992, and not of type "long"'],
  ['{"id":"1","total":1e400}', '"total" is null, and not of type'],
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
