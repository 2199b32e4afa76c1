import { expect, test } from 'vitest';
import { jsonArrayFormat as format } from '../../src/formats/json-array.ts';
import { fileOf } from './rig.ts';

test('the file is an array that has every document byte for byte', () => {
  const documents = ['{"id":"a","n":1.0,"big":12345678901234567890}', '{\n  "id": "b"\n}', '{"id":"c"}'];
  const text = fileOf(format, documents);
  expect(text).toBe(`[\n${documents.join(',\n')}\n]\n`);
  expect(JSON.parse(text)).toHaveLength(3);
});

test('a file without documents is an empty array', () => {
  expect(JSON.parse(fileOf(format, []))).toEqual([]);
});
