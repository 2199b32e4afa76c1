import { expect, test } from 'vitest';
import { ndjson, ndjsonFormat } from '../../src/formats/ndjson.ts';

const lines = (...texts: readonly string[]): string => ndjson(texts.map((text) => Buffer.from(text))).toString();

test('documents are lines of the bytes that they were', () => {
  const texts = ['{"id":"a","n":1.0,"big":12345678901234567890}', '{ "id" : "é 日本 😀\\n" }', '{}'];
  expect(lines(...texts)).toBe(texts.map((text) => `${text}\n`).join(''));
});

test('a document that is written over several lines becomes one', () => {
  expect(lines('{\r\n  "id": "a\\n"\n}', '{"id":"b"}')).toBe('{    "id": "a\\n" }\n{"id":"b"}\n');
});

test('no documents are no lines', () => {
  expect(lines()).toBe('');
});

test('rows of a file say where they end', () => {
  const { bytes, ends } = ndjsonFormat.rows([Buffer.from('{"a":1}'), Buffer.from('{\n}')]);
  expect(Buffer.from(bytes).toString()).toBe('{"a":1}\n{ }\n');
  expect(ends).toEqual([8, 12]);
});
