import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { selfSigned } from '../../src/emulator/certificate.ts';
import { closed, get, ok, type ScriptedServer, serve, usePool } from './scripted-server.ts';

const TLS = selfSigned();
const CA = TLS.cert;

test('a server whose certificate is of the authority is asked, by address and by name', async () => {
  const tls = { ...TLS, ALPNProtocols: ['h2', 'http/1.1'] };
  const { port, sockets } = await serve((socket) => socket.write(ok('x')), { tls });
  const pool = usePool({ ca: CA });
  for (const host of ['127.0.0.1', 'localhost']) {
    expect((await pool.ask(get(port, '/', 'https', host))).body.toString()).toBe('x');
  }
  // Only a name is told to the server.
  expect(sockets.map((socket) => (socket as TLSSocket).servername)).toEqual([false, 'localhost']);
  expect(sockets.map((socket) => (socket as TLSSocket).alpnProtocol)).toEqual(['http/1.1', 'http/1.1']);
});

test('a server of an unknown authority is told nothing', async () => {
  const { port, requests } = await serve((socket) => socket.write(ok('x')), { tls: TLS });
  const stranger = usePool({ ca: selfSigned().cert });
  await expect(stranger.ask(get(port, '/', 'https'))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  await expect(usePool().ask(get(port, '/', 'https'))).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(requests).toEqual([]);
});

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'nor is it when it is asked again, whatever it has handed out (%s)',
  async (version) => {
    const { port, requests } = await serve((socket) => socket.write(ok('x')), { tls: { ...TLS, maxVersion: version } });
    const stranger = usePool({ ca: selfSigned().cert });
    for (const _ of [1, 2]) {
      await expect(stranger.ask(get(port, '/', 'https'))).rejects.toMatchObject({
        code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
    }
    expect(requests).toEqual([]);
  },
);

test.each(['127.0.0.2', 'one.localhost'])(
  'a server that is not the one of its certificate is told nothing: %s',
  async (host) => {
    const { port, requests } = await serve((socket) => socket.write(ok('x')), { tls: TLS, host: '0.0.0.0' });
    const asked = usePool({ ca: CA }).ask(get(port, '/', 'https', host));
    await expect(asked).rejects.toMatchObject({
      code: expect.stringMatching(/ERR_TLS_CERT_ALTNAME_INVALID|ENOTFOUND/),
    });
    expect(requests).toEqual([]);
  },
);

test('a second connection resumes the session of the first', async () => {
  const reuses: (boolean | null)[] = [];
  const answer = (socket: Socket): void => {
    reuses.push((socket as TLSSocket).isSessionReused());
    socket.end(ok('x'));
  };
  const { port, sockets } = await serve(answer, { tls: TLS });
  const pool = usePool({ ca: CA });
  for (const index of [0, 1]) {
    await pool.ask(get(port, '/', 'https'));
    await closed(sockets[index] as Socket);
  }
  expect(reuses).toEqual([false, true]);
});

test.each([
  ['in order', ({ sockets }: ScriptedServer) => sockets[0]?.end()],
  ['by a reset', ({ raw }: ScriptedServer) => raw[0]?.resetAndDestroy()],
])('an answer that is cut off %s is none', async (_, close) => {
  const server = await serve(
    (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', () => setImmediate(() => close(server))),
    { tls: TLS },
  );
  const asked = usePool({ ca: CA }).ask(get(server.port, '/', 'https'));
  await expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('an idle connection that was reset is told by a GET that is sent again', async () => {
  const server = await serve(
    (socket, _, { ofAll }) => (ofAll === 1 ? server.raw[0]?.resetAndDestroy() : socket.write(ok('x'))),
    { tls: TLS },
  );
  const pool = usePool({ ca: CA });
  for (const _ of [1, 2]) expect((await pool.ask(get(server.port, '/', 'https'))).body.toString()).toBe('x');
  expect(server.sockets).toHaveLength(2);
});

test('a server that speaks no TLS is no server', async () => {
  const { port } = await serve(() => {});
  const answering = await serve((socket) => socket.write(ok('x')), { isEager: true });
  await expect(usePool({ timeoutMs: 50 }).ask(get(port, '/', 'https'))).rejects.toMatchObject({ reason: 'timeout' });
  await expect(usePool().ask(get(answering.port, '/', 'https'))).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_SSL/),
  });
});

test('a signal that aborts while the connection is made ends it', async () => {
  const stop = new AbortController();
  const server = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const accepted = once(server, 'connection');
  const { port } = server.address() as { port: number };
  const asked = expect(usePool().ask(get(port, '/', 'https'), [stop.signal])).rejects.toThrow('enough');
  const [socket] = (await accepted) as [Socket];
  stop.abort(new Error('enough'));
  await asked;
  await closed(socket.resume());
});
