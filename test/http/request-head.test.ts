import { expect, test } from 'vitest';
import { requestHead } from '../../src/http/request-head.ts';

const REQUEST = { origin: 'http://one.example', path: '/a?b=c', method: 'GET', headers: { accept: '*/*' } };

test('a head names the host, and says how long the body is', () => {
  expect(requestHead(REQUEST, 'one.example:8081')).toBe(
    'GET /a?b=c HTTP/1.1\r\nhost: one.example:8081\r\naccept: */*\r\n\r\n',
  );
  expect(requestHead({ ...REQUEST, method: 'POST', body: '€' }, 'h')).toContain('\r\ncontent-length: 3\r\n\r\n');
  expect(requestHead({ ...REQUEST, method: 'POST', body: new Uint8Array(7) }, 'h')).toContain('content-length: 7\r\n');
  expect(requestHead({ ...REQUEST, method: 'POST' }, 'h')).toContain('content-length: 0\r\n');
});

test.each([
  ['a method with a space', { method: 'GET /' }],
  ['a path with a space', { path: '/a b' }],
  ['a path with a line end', { path: '/a\r\nb: c' }],
  ['a path that is none', { path: 'a' }],
  ['a path that is not escaped', { path: '/é' }],
  ['a header with a line end', { headers: { a: 'b\r\nc: d' } }],
  ['a header with a line feed', { headers: { a: 'b\n' } }],
  ['a header with a NUL', { headers: { a: 'b\0' } }],
  ['a header that is not latin-1', { headers: { a: '€' } }],
  ['a header whose name has a space', { headers: { 'a ': 'b' } }],
  ['a header whose name has a line end', { headers: { 'a\r\nb': 'c' } }],
  ['a header without a name', { headers: { '': 'b' } }],
  ['a length', { headers: { 'Content-Length': '5' } }],
  ['an encoding', { headers: { 'transfer-encoding': 'chunked' } }],
  ['a host', { headers: { host: 'other.example' } }],
  ['an end of the connection', { headers: { connection: 'close' } }],
])('%s is not sent', (_, change) => {
  expect(() => requestHead({ ...REQUEST, ...change }, 'h')).toThrow(TypeError);
});

test('a value that is not sent is not told either', () => {
  expect(() => requestHead({ ...REQUEST, headers: { authorization: 'secret\n' } }, 'h')).toThrow(/"authorization"/);
  expect(() => requestHead({ ...REQUEST, headers: { authorization: 'secret\n' } }, 'h')).not.toThrow(/secret/);
});
