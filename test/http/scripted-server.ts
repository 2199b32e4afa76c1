import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { Pool, type PoolOptions } from '../../src/http/pool.ts';

/** What a server does with a request: the whole of it, as latin-1, and how many there were before, here and at all. */
export type Answering = (socket: Socket, request: string, nth: { ofConnection: number; ofAll: number }) => unknown;

export interface ScriptedServer {
  readonly port: number;
  /** All that were ever accepted, in order. */
  readonly sockets: readonly Socket[];
  /** What is below them, with TLS. */
  readonly raw: readonly Socket[];
  readonly requests: readonly string[];
}

export interface ScriptedOptions {
  readonly tls?: TlsOptions;
  readonly host?: string;
  /** Answers as soon as it hears anything, and then does not listen. */
  readonly isEager?: boolean;
}

/** A server that says what the test says, byte for byte. Ends with the test. */
export async function serve(answer: Answering, options: ScriptedOptions = {}): Promise<ScriptedServer> {
  const sockets: Socket[] = [];
  const raw: Socket[] = [];
  const requests: string[] = [];
  const accept = (socket: Socket): void => {
    sockets.push(socket.setNoDelay(true));
    // A client that goes away is what many tests are about.
    socket.on('error', () => socket.destroy());
    if (options.isEager) {
      socket.once('data', () => answer(socket.pause(), '', { ofConnection: 0, ofAll: sockets.length - 1 }));
      return;
    }
    let text = '';
    let ofConnection = 0;
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let length = lengthOf(text); length <= text.length; length = lengthOf(text)) {
        const request = text.slice(0, length);
        text = text.slice(length);
        void answer(socket, request, { ofConnection: ofConnection++, ofAll: requests.push(request) - 1 });
      }
    });
  };
  const server = options.tls ? createTlsServer(options.tls, accept) : createServer(accept);
  server.on('connection', (socket: Socket) => raw.push(socket));
  server.listen(0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of [...sockets, ...raw]) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, sockets, raw, requests };
}

/** Destroyed when the test ends. */
export function usePool(options: Partial<PoolOptions> = {}): Pool {
  const pool = new Pool({ timeoutMs: 20_000, ...options });
  onTestFinished(() => pool.destroy());
  return pool;
}

export function get(port: number, path = '/', scheme = 'http', host = '127.0.0.1'): Parameters<Pool['ask']>[0] {
  return { origin: `${scheme}://${host}:${port}`, path, method: 'GET', headers: {} };
}

export function post(port: number, body: string | Uint8Array): Parameters<Pool['ask']>[0] {
  return { ...get(port), method: 'POST', body };
}

export function ok(body: string, headers = ''): string {
  return `HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
}

export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

/** Of the request at the start of the text, or more than there is. */
function lengthOf(text: string): number {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return Number.POSITIVE_INFINITY;
  return end + 4 + Number(/^content-length: (\d+)\r$/im.exec(text.slice(0, end + 2))?.[1] ?? 0);
}
