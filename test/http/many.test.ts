import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { selfSigned } from '../../src/emulator/certificate.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { get, serve, usePool } from './scripted-server.ts';

const TLS = selfSigned();
const REQUESTS = 120;
const AT_A_TIME = 12;

test.each(['http', 'https'])(
  'answers are whole, byte for byte, whatever else comes at the time (%s)',
  async (scheme) => {
    const random = randomFrom(scheme === 'http' ? 11 : 12);
    const bodies = Array.from({ length: REQUESTS }, () =>
      bytesOf(random, random.integer(random.chance(0.2) ? 900_000 : 9000)),
    );
    const { port, sockets } = await serve(
      (socket, request) => {
        const index = Number(/\/(\d+)/.exec(request)?.[1]);
        return send(socket, random, messageOf(random, index, bodies[index] as Buffer));
      },
      scheme === 'https' ? { tls: TLS } : {},
    );
    const pool = usePool({ ca: TLS.cert });
    let next = 0;
    const askAll = async (): Promise<void> => {
      for (let index = next++; index < REQUESTS; index = next++) {
        const { headers, body } = await pool.ask(get(port, `/${index}`, scheme));
        expect([headers.get('etag'), digestOf(body)]).toEqual([`"etag-${index}"`, digestOf(bodies[index] as Buffer)]);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, askAll));
    expect(sockets.length).toBeLessThanOrEqual(AT_A_TIME);
  },
);

function bytesOf(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4)
    bytes.writeUInt32LE(random.integer(2 ** 32), Math.min(at, Math.max(length - 4, 0)) % Math.max(length - 3, 1));
  return bytes;
}

function messageOf(random: Random, index: number, body: Buffer): Buffer {
  const etag = `HTTP/1.1 200 OK\r\netag: "etag-${index}"\r\n`;
  if (random.chance(0.5)) return Buffer.concat([Buffer.from(`${etag}content-length: ${body.length}\r\n\r\n`), body]);
  const parts: Buffer[] = [Buffer.from(`${etag}transfer-encoding: chunked\r\n\r\n`)];
  for (let at = 0; at < body.length; ) {
    const chunk = body.subarray(at, at + 1 + random.integer(random.chance(0.1) ? 300_000 : 3000));
    parts.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
    at += chunk.length;
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

/** In pieces, the first of which cut the head. */
async function send(socket: Socket, random: Random, message: Buffer): Promise<void> {
  for (let at = 0; at < message.length; ) {
    const end = at + 1 + random.integer(at < 100 ? 30 : 90_000);
    socket.write(message.subarray(at, end));
    at = end;
    await new Promise(setImmediate);
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
