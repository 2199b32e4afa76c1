import { describe, expect, test } from 'vitest';
import { AnswerReader } from '../../src/http/answer-reader.ts';

const SIZED =
  'HTTP/1.1 200 OK\r\netag: "0000-4711"\r\nX-MS-Session-Token: 0:-1#8\r\nempty:\r\ncontent-length: 11\r\n\r\nhello world';
const CHUNKED =
  'HTTP/1.1 200 OK\r\netag: "0000-4711"\r\nTransfer-Encoding: Chunked\r\n\r\n' +
  '1\r\nh\r\n0a ; name="v"\r\nello world\r\n00\r\nx-checksum: 1\r\nx: 2\r\n\r\n';
const AFTER_ANOTHER = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n${SIZED}`;
const OPEN = 'HTTP/1.1 200 OK\r\netag: "0000-4711"\r\n\r\nhello world';
const ANSWERS = { SIZED, CHUNKED, AFTER_ANOTHER, OPEN };

describe.each(Object.entries(ANSWERS))('an answer (%s) is read', (name, text) => {
  test.each(cutsOf(text))('that is cut behind byte %i', (at) => {
    expectHello(read([text.slice(0, at), text.slice(at)], { ends: name === 'OPEN' }));
  });

  test('that comes byte by byte', () => {
    expectHello(read([...text], { ends: name === 'OPEN' }));
  });

  test('that comes in three pieces, wherever they are cut', () => {
    for (let from = 1; from < text.length; from += 3) {
      for (let to = from + 1; to < text.length; to += 5) {
        const pieces = [text.slice(0, from), text.slice(from, to), text.slice(to)];
        expectHello(read(pieces, { ends: name === 'OPEN' }));
      }
    }
  });

  test('only when it is whole', () => {
    for (const at of [0, ...cutsOf(text)]) {
      const isWhole = name === 'OPEN' && at >= text.indexOf('\r\n\r\n') + 4;
      const reading = (): AnswerReader => read([text.slice(0, at)], { ends: true });
      if (isWhole) expect(reading().isWhole).toBe(true);
      else expect(reading, `${at} bytes`).toThrow(expect.objectContaining({ reason: 'closed', code: 'ECONNRESET' }));
    }
  });
});

test.each([
  ['not HTTP at all', '\u0015\u0003\u0001'],
  ['another protocol', 'HTTP/2 200 OK\r\n\r\n'],
  ['HTTP/0.9', '<html>'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 99 OK\r\n\r\n'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
  ['two spaces before the status', 'HTTP/1.1  200 OK\r\n\r\n'],
  ['an empty line first', '\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ['lines that end with LF', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n'],
  ['CR within a header', 'HTTP/1.1 200 OK\r\na: b\rc: d\r\n\r\n'],
  ['NUL within a header', 'HTTP/1.1 200 OK\r\na: b\0\r\n\r\n'],
  ['a header without a colon', 'HTTP/1.1 200 OK\r\ncontent-length\r\n\r\n'],
  ['a header without a name', 'HTTP/1.1 200 OK\r\n: 5\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 5\r\n\r\n'],
  ['a header over two lines', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
  ['a length that is no number', 'HTTP/1.1 200 OK\r\ncontent-length: five\r\n\r\n'],
  ['a length below zero', 'HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n'],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\n'],
  ['an empty length', 'HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n'],
  ['one length twice', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nContent-Length: 5\r\n\r\n'],
  ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['another encoding', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n\r\n'],
  ['two encodings', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
  ['a new protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n'],
  ['a chunk without a size', chunked('\r\n')],
  ['a size that is no number', chunked('x\r\n')],
  ['a size below zero', chunked('-1\r\n')],
  ['a size with a prefix', chunked('0x1\r\n')],
  ['a size of nine digits', chunked('000000001\r\n')],
  ['a size after a space', chunked(' 1\r\n')],
  ['a size that ends with LF', chunked('1\nx')],
  ['a size that ends with CR', chunked('1\rx')],
  ['a chunk larger than it says', chunked('1\r\nab\r\n')],
  ['a chunk that ends with LF', chunked('1\r\na\n')],
  ['a chunk that ends with CR', chunked('1\r\na\rx')],
  ['an extension that ends with LF', chunked('1;a\nb')],
  ['a trailer that ends with LF', chunked('0\r\na: b\n')],
  ['a trailer that ends with CR', chunked('0\r\na: b\rc')],
  ['chunks that end with CR', chunked('0\r\n\rx')],
])('%s is not HTTP', (_, text) => {
  const failure = expect.objectContaining({ reason: 'not-http', code: 'EPROTO' });
  expect(() => read([text])).toThrow(failure);
  expect(() => read([...text])).toThrow(failure);
});

test.each([
  ['head', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(64 * 1024)}`],
  ['head that ends', `HTTP/1.1 200 OK\r\na: ${'b'.repeat(64 * 1024)}\r\n\r\n`],
  ['number of heads', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(4000)],
  ['size', `HTTP/1.1 200 OK\r\ncontent-length: ${32 * 1024 * 1024 + 1}\r\n\r\n`],
  ['chunk', chunked(`2000001\r\n${'x'.repeat(32 * 1024 * 1024 + 1)}`)],
  ['body without a length', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(32 * 1024 * 1024 + 1)}`],
  ['extension', chunked(`1;${'x'.repeat(64 * 1024 + 1)}`)],
  ['number of trailers', chunked(`0\r\n${'a: b\r\n'.repeat(20_000)}`)],
])('a %s larger than any of the service is refused', (_, text) => {
  expect(() => read(piecesOf(text))).toThrow(expect.objectContaining({ reason: 'too-large' }));
});

test('a head as large as may be is read, whatever follows in the same piece', () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 60000\r\na: ';
  const large = `${head}${'b'.repeat(64 * 1024 - head.length - 4)}\r\n\r\n`;
  for (const cut of [1, 30_000, 64 * 1024 - 2]) {
    const text = large + 'x'.repeat(60_000);
    const { body } = read([text.slice(0, cut), ...piecesOf(text.slice(cut))]).answer();
    expect(body.toString()).toBe('x'.repeat(60_000));
  }
});

test.each([
  ['HEAD', '200 OK', 'content-length: 5\r\n'],
  ['GET', '204 No Content', ''],
  ['GET', '304 Not Modified', 'content-length: 5\r\n'],
  ['GET', '304 Not Modified', 'transfer-encoding: chunked\r\n'],
  ['GET', '200 OK', 'content-length: 0\r\n'],
  ['GET', '200', 'content-length: 0\r\n'],
])('an answer without a body is whole with its head: %s, %s, %j', (method, status, header) => {
  const reader = read([`HTTP/1.1 ${status}\r\n${header}\r\n`], { method });
  expect(reader.answer().body).toHaveLength(0);
  expect(reader.isKeptAlive).toBe(true);
});

test.each([
  ['HTTP/1.1', '', true],
  ['HTTP/1.1', 'Connection: close\r\n', false],
  ['HTTP/1.1', 'connection: keep-alive, Close\r\n', false],
  ['HTTP/1.1', 'connection: keep-alive\r\nconnection: close\r\n', false],
  ['HTTP/1.0', '', false],
  ['HTTP/1.0', 'connection: Keep-Alive\r\n', true],
])('another request may follow after %s %j: %s', (version, header, isKeptAlive) => {
  expect(read([`${version} 200 OK\r\n${header}content-length: 0\r\n\r\n`]).isKeptAlive).toBe(isKeptAlive);
});

test.each([
  ['sized', SIZED],
  ['chunked', CHUNKED],
])('no other request follows when something came after an answer (%s)', (_, text) => {
  const reader = read([`${text}H`]);
  expectHello(reader);
  expect(reader.isKeptAlive).toBe(false);
});

test('headers that come more than once are joined, and spaces around them are not theirs', () => {
  const head =
    'HTTP/1.1 200 OK\r\nA: 1\r\na:\t 2 \t\r\nb:c:d\r\ne: \u00e9\u00a0\r\n__proto__: x\r\ncontent-length: 0\r\n\r\n';
  expect([...read([head]).answer().headers]).toEqual([
    ['a', '1, 2'],
    ['b', 'c:d'],
    ['e', '\u00e9\u00a0'],
    ['__proto__', 'x'],
    ['content-length', '0'],
  ]);
});

test('a body takes at most twice the memory of its bytes', () => {
  const sizes = [1, 1000, 70_000, 200_000, 3_000_000];
  for (const size of sizes) {
    const text = chunked(`${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`);
    const { body } = read(piecesOf(text)).answer();
    expect(body).toHaveLength(size);
    expect(body.buffer.byteLength).toBeLessThanOrEqual(2 * size);
  }
});

function chunked(rest: string): string {
  return `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${rest}`;
}

function piecesOf(text: string): string[] {
  return text.match(/[\s\S]{1,65536}/g) ?? [];
}

function cutsOf(text: string): number[] {
  return Array.from({ length: text.length - 1 }, (_, index) => index + 1);
}

/** Every piece comes in the same buffer, and is overwritten when it has been taken. */
function read(pieces: readonly string[], options: { method?: string; ends?: boolean } = {}): AnswerReader {
  const reader = new AnswerReader(options.method ?? 'GET');
  const shared = Buffer.alloc(64 * 1024);
  for (const piece of pieces) {
    reader.take(shared, shared.write(piece, 'latin1'));
    shared.fill('!');
  }
  if (options.ends) reader.end();
  return reader;
}

function expectHello(reader: AnswerReader): void {
  expect(reader.isWhole).toBe(true);
  const { status, headers, body } = reader.answer();
  expect([status, headers.get('etag'), body.toString()]).toEqual([200, '"0000-4711"', 'hello world']);
}
