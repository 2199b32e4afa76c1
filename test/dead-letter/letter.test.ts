import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { lineOf, readLetter } from '../../src/dead-letter/letter.ts';
import { removal, upsert } from '../support/changes.ts';
import { letterOf } from './letters.ts';

test('a line says all that is known', () => {
  const change = { ...upsert('a'), operation: 'create', version: 'v', lsn: 5, time: 7 } as const;
  const line = lineOf(letterOf(change)).toString();
  expect(line.endsWith('\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    deadLetter: 1,
    time: '1970-01-01T00:00:00.000Z',
    job: { source: 'here', target: 'there', mode: 'latest version' },
    range: { min: '', max: '3F' },
    key: ['a', 'key of a'],
    kind: 'upsert',
    operation: 'create',
    version: 'v',
    lsn: 5,
    committed: 7,
    attempt: 1,
    code: 'sink_refused',
    status: 413,
    substatus: 0,
    reason: 'its 7 bytes are too many',
    document: { id: 'a', pk: 'key of a', version: 1 },
  });
});

describe('a document is one line of the file, which is UTF-8, and comes back byte for byte, also with', () => {
  test.each<[string, Buffer]>([
    ['numbers that no parser holds', Buffer.from('{"id":"a","n":12345678901234567890,"x":1.0,"y":1E400,"z":-0}')],
    ['white space', Buffer.from(' { "id" :\t"a" } ')],
    ['line breaks between its tokens', Buffer.from('{\r\n  "id": "a"\n}')],
    ['half a line break', Buffer.from('{"id":\r"a"}')],
    ['names that are there twice', Buffer.from('{"id":"a","id":"b","document":{"document":1}}')],
    ['what a line of letters has', Buffer.from('{"id":"a","documentBase64":"eA==","deadLetter":2}')],
    ['escapes, and text that looks like an end', Buffer.from('{"id":"\\u0061\\n","t":"}\\"}\\n\u2028\u202e"}')],
    ['bytes that are no UTF-8', Buffer.from([...Buffer.from('{"id":"'), 0xff, 0xfe, ...Buffer.from('"}')])],
    ['half a JSON text', Buffer.from('{"id":"a"')],
    ['nothing in it', Buffer.alloc(0)],
    ['more depth than a stack', Buffer.from(`{"id":"a","d":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)],
  ])('%s', (_, document) => {
    const line = lineOf(letterOf({ ...upsert('a'), document }));
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(line.includes('\r')).toBe(false);
    expect(isUtf8(line)).toBe(true);
    expect(readLetter(line.subarray(0, -1))?.document).toEqual(document);
  });
});

test('a delete is a letter too', () => {
  const letter = readLetter(lineOf(letterOf(removal('a'))).subarray(0, -1));
  expect(letter?.facts).toMatchObject({ kind: 'delete', key: ['a', 'key of a'] });
});

test.each(['', '{}', 'null', '{"deadLetter":1,', '{"deadLetter":1,"key":["a"]}', '{"id":"a"}', '[1]'])(
  'what is not a whole letter is none: %s',
  (text) => {
    expect(readLetter(Buffer.from(text))).toBeUndefined();
  },
);

test('a line that was cut anywhere is no letter', () => {
  const line = lineOf(letterOf()).subarray(0, -1);
  for (let end = 0; end < line.length; end++) expect(readLetter(line.subarray(0, end))).toBeUndefined();
});
