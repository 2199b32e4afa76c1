import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../src/cosmos/answer.ts';
import { randomFrom } from '../support/random.ts';

const SIGNAL = new AbortController().signal;

test('answers are whole, head and body, wherever they are cut into pieces', async () => {
  const random = randomFrom(11);
  const bodies = Array.from({ length: 40 }, (_, index) => Buffer.alloc(random.integer(200_000), `${index} `));
  const { agent, origin } = await serve(async (socket, path) => {
    const body = bodies[Number(path.slice(1))] as Buffer;
    const isChunked = Number(path.slice(1)) % 2 === 0;
    const length = isChunked ? 'transfer-encoding: chunked' : `content-length: ${body.length}`;
    const head = `HTTP/1.1 200 OK\r\netag: "${path}"\r\nx-ms-session-token: 0:-1#${path}\r\n${length}\r\n\r\n`;
    const chunks = isChunked ? [`${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n'] : [body];
    const all = Buffer.concat([
      Buffer.from(head),
      ...(body.length > 0 || !isChunked ? chunks : ['0\r\n\r\n']).map((part) => Buffer.from(part)),
    ]);
    for (let at = 0; at < all.length; ) {
      const end = at + 1 + random.integer(at < head.length ? 30 : 90_000);
      socket.write(all.subarray(at, end));
      await new Promise(setImmediate);
      at = end;
    }
  });
  const asked = bodies.map((_, index) => ask(agent, { origin, path: `/${index}`, method: 'GET' }, SIGNAL));
  for (const [index, answer] of (await Promise.all(asked)).entries()) {
    expect(answer.headers).toMatchObject({ etag: `"/${index}"`, 'x-ms-session-token': `0:-1#/${index}` });
    expect(answer.body.equals(bodies[index] as Buffer)).toBe(true);
  }
});

test('an answer that ends early is none', async () => {
  const { agent, origin } = await serve(async (socket) => {
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nnot a hundred');
  });
  await expect(ask(agent, { origin, path: '/0', method: 'GET' }, SIGNAL)).rejects.toThrow();
});

test('a signal that aborts ends the wait', async () => {
  const controller = new AbortController();
  const { agent, origin } = await serve(async () => controller.abort(new Error('enough')));
  await expect(ask(agent, { origin, path: '/0', method: 'GET' }, controller.signal)).rejects.toThrow('enough');
});

async function serve(
  answer: (socket: Socket, path: string) => Promise<void>,
): Promise<{ agent: Agent; origin: string }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (request) => void answer(socket, /^GET (\S+)/.exec(request.toString())?.[1] ?? ''));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const agent = new Agent();
  onTestFinished(async () => {
    await agent.destroy();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { agent, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
