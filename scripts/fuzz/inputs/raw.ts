import type { Random } from '../../../test/support/random.ts';
import type { Message } from '../lane.ts';
import type { ServerAddress } from '../server-process.ts';
import { write } from './draft.ts';
import { mutated } from './mutation.ts';
import { request } from './requests.ts';

/** Bytes that are not one whole request in one piece. */
export function rawMessage(random: Random, address: ServerAddress): Message {
  return random.pick(SHAPES)(random, address);
}

type Shape = (random: Random, address: ServerAddress) => Message;

const SHAPES: readonly Shape[] = [
  // Heads and bodies in pieces.
  (random, address) => {
    const { method, bytes } = some(random, address);
    const cuts = Array.from({ length: 1 + random.integer(4) }, () => random.integer(bytes.length)).sort(
      (a, b) => a - b,
    );
    const pieces = [0, ...cuts].map((cut, index) => bytes.subarray(cut, cuts[index] ?? bytes.length));
    return { pieces, methods: [method], isWhole: true };
  },
  // Pipelining.
  (random, address) => {
    const requests = Array.from({ length: 2 + random.integer(6) }, () => some(random, address));
    return {
      pieces: [Buffer.concat(requests.map(({ bytes }) => bytes))],
      methods: requests.map(({ method }) => method),
      isWhole: true,
    };
  },
  // Cut off.
  (random, address) => {
    const { method, bytes } = some(random, address);
    return { pieces: [bytes.subarray(0, random.integer(bytes.length))], methods: [method], isWhole: false };
  },
  // Damaged in the head.
  (random, address) => {
    const { method, bytes } = some(random, address);
    const copy = Buffer.from(bytes);
    for (let count = 1 + random.integer(3); count > 0; count--)
      copy[random.integer(Math.min(300, copy.length))] = random.integer(256);
    return { pieces: [copy], methods: [method], isWhole: false };
  },
  // Bodies that are not as long as it is said.
  (random, { port }) =>
    head(
      random,
      port,
      [`content-length: ${random.pick(['-1', '1e3', '99999999999999999999', '5', '0', '+3', '0x5', '', '3, 3'])}`],
      '{"id":1}',
    ),
  (random, { port }) => head(random, port, ['content-length: 3', 'content-length: 5'], '{"id":1}'),
  (random, { port }) => head(random, port, ['content-length: 3', 'transfer-encoding: chunked'], '0\r\n\r\n'),
  (random, { port }) =>
    head(
      random,
      port,
      [`transfer-encoding: ${random.pick(['gzip', 'chunked, chunked', 'x, chunked', 'identity', 'Chunked '])}`],
      '3\r\nabc\r\n0\r\n\r\n',
    ),
  (random, { port }) =>
    head(
      random,
      port,
      ['transfer-encoding: chunked'],
      random.pick([
        'zz\r\nabc\r\n',
        '-1\r\n',
        'FFFFFFFFFFFFFFFFFF\r\n',
        '3\r\nabcd\r\n0\r\n\r\n',
        '3;a=b\r\nabc\r\n0\r\nx: y\r\n\r\n',
        '3\nabc\n0\n\n',
        `3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
        `0\r\n${'x: y\r\n'.repeat(5000)}\r\n`,
      ]),
    ),
  // Heads of odd shape.
  () => bytes('GET / HTTP/1.1\r\n\r\n'),
  () => bytes('GET / HTTP/1.0\r\n\r\n'),
  (_random, { port }) => bytes(`GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nhost: 127.0.0.1:${port}\r\n\r\n`),
  (random) =>
    bytes(
      `GET / HTTP/1.1\r\nhost: ${random.pick(['example.com', '', '127.0.0.1:1', '[::1]', 'a b', '127.0.0.1@evil', '\u00ff'])}\r\n\r\n`,
    ),
  (random) =>
    bytes(
      random.pick([
        'GET / HTTP/2.0\r\n\r\n',
        'GET / HTTP/9.9\r\n\r\n',
        'GET /',
        '\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
        'GET\r\n\r\n',
        'FOO / HTTP/1.1\r\n\r\n',
        ' GET / HTTP/1.1\r\n\r\n',
        'GET  / HTTP/1.1\r\n\r\n',
      ]),
    ),
  (_random, { port }) => bytes(`CONNECT a:1 HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`),
  (random, { port }) =>
    bytes(
      `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: ${random.pick(['websocket', 'h2c'])}\r\n\r\n`,
    ),
  (random, { port }) =>
    head(random, port, [`expect: ${random.pick(['100-continue', '200-ok', ''])}`, 'content-length: 2'], '{}'),
  (random, { port }) => head(random, port, [`x: ${'y'.repeat(random.pick([30_000, 40_000, 300_000]))}`], ''),
  (random, { port }) =>
    head(
      random,
      port,
      Array.from({ length: random.pick([500, 2500, 20_000]) }, (_, index) => `x${index}: y`),
      '',
    ),
  (random, { port }) =>
    head(random, port, [random.pick(['a b: c', ': c', 'a', ' folded', 'a\t: c', 'a: b\0c', 'a: b\rc', 'é: b'])], ''),
  (random) => ({
    pieces: [Buffer.from(Array.from({ length: 1 + random.integer(500) }, () => random.integer(256)))],
    methods: ['GET'],
    isWhole: false,
  }),
  () => ({
    pieces: [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])],
    methods: ['GET'],
    isWhole: false,
  }),
  () => ({ pieces: [], methods: ['GET'], isWhole: false }),
];

function some(random: Random, address: ServerAddress): { method: string; bytes: Buffer } {
  const draft = mutated(random, request(random));
  return { method: draft.method, bytes: write(draft, address) };
}

function head(random: Random, port: number, lines: readonly string[], body: string): Message {
  const start = `${random.pick(['POST', 'PUT', 'GET', 'PATCH'])} /dbs/db/colls/plain/docs HTTP/1.1`;
  return bytes(`${[start, `host: 127.0.0.1:${port}`, ...lines].join('\r\n')}\r\n\r\n${body}`);
}

function bytes(text: string): Message {
  return { pieces: [Buffer.from(text)], methods: ['GET'], isWhole: false };
}
