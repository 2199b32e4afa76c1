import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { EVERYTHING } from '../../../src/contract.ts';
import { selfSigned } from '../../../src/emulator/certificate.ts';
import { Undelivered } from '../../../src/sinks/undelivered.ts';
import { serve as serveRaw } from '../../http/scripted-server.ts';
import { upsert } from '../../support/changes.ts';
import { failureOf, openSink, serve } from './rig.ts';

const A = [upsert('a')];

describe('a receiver is asked again when it', () => {
  test('does not answer in time', async () => {
    const { url } = await serve(() => {});
    const failure = await failureOf(openSink(url, { timeoutMs: 50 }).write(A, EVERYTHING));
    expect(failure).toBeInstanceOf(Undelivered);
    expect(failure).toMatchObject({ changes: A, reason: { code: 'sink_unavailable' } });
    expect((failure as Undelivered).reason).toHaveProperty('message', expect.stringContaining('none within 50 ms'));
  });

  test('resets the connection', async () => {
    const { port } = await serveRaw((socket: Socket) => socket.resetAndDestroy());
    const failure = await failureOf(openSink(`http://127.0.0.1:${port}`).write(A, EVERYTHING));
    expect(failure).toMatchObject({ changes: A, reason: { code: 'sink_unavailable' } });
  });

  test('ends the connection within the head of its answer', async () => {
    const { port } = await serveRaw((socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-'));
    expect(await failureOf(openSink(`http://127.0.0.1:${port}`).write(A, EVERYTHING))).toBeInstanceOf(Undelivered);
  });

  test('says what is not HTTP', async () => {
    const { port } = await serveRaw((socket: Socket) => socket.end('220 mail.example.com ESMTP\r\n'));
    expect(await failureOf(openSink(`http://127.0.0.1:${port}`).write(A, EVERYTHING))).toBeInstanceOf(Undelivered);
  });

  test('has a head of more than 16 KB', async () => {
    const { url } = await serve((response) => response.writeHead(200, { 'x-long': 'x'.repeat(17_000) }).end());
    expect(await failureOf(openSink(url).write(A, EVERYTHING))).toBeInstanceOf(Undelivered);
  });

  test('does not listen', async () => {
    const failure = await failureOf(openSink(`http://127.0.0.1:${await freePort()}`).write(A, EVERYTHING));
    expect((failure as Undelivered).reason).toHaveProperty('message', expect.stringContaining('ECONNREFUSED'));
  });
});

describe('a change is taken when the status says so, although the body', () => {
  test.each([
    ['is huge', { 'content-length': '1000000000' }],
    ['does not end', {}],
  ])('%s: little of it is read', async (_, headers) => {
    let sent = 0;
    let cutOff: Promise<unknown> | undefined;
    const { url } = await serve((response) => {
      cutOff = new Promise((resolve) => response.once('close', resolve));
      response.writeHead(200, headers);
      const more = (): void => {
        if (response.destroyed) return;
        sent += 32_000;
        response.write('x'.repeat(32_000), more);
      };
      more();
    });
    await openSink(url).write(A, EVERYTHING);
    await cutOff;
    // What fits into the buffers between the two is on its way before anybody can say stop.
    expect(sent).toBeLessThan(20_000_000);
  });

  test('stops half-way', async () => {
    const { url } = await serve((response) => response.writeHead(200, { 'content-length': '100' }).write('x'));
    await openSink(url, { timeoutMs: 300 }).write(A, EVERYTHING);
  });

  test('is cut off', async () => {
    const { port } = await serveRaw((socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx'));
    await openSink(`http://127.0.0.1:${port}`).write(A, EVERYTHING);
  });

  test('says that it is compressed, and is not', async () => {
    const { url, requests } = await serve((response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip'),
    );
    await openSink(url).write(A, EVERYTHING);
    expect(requests[0]?.headers['accept-encoding']).toBe('identity');
  });
});

test('an answer that announces itself is waited for', async () => {
  const { url } = await serve((response) => {
    response.writeEarlyHints({ link: '</x>; rel=preload' });
    response.writeProcessing();
    response.writeHead(201).end();
  });
  await openSink(url).write(A, EVERYTHING);
});

test('a receiver that closes each connection gets each change over another one', async () => {
  const { url, requests } = await serve((response) => response.writeHead(200, { connection: 'close' }).end());
  const changes = Array.from({ length: 40 }, (_, index) => upsert(`item-${index}`));
  await openSink(url, { connections: 4 }).write(changes, EVERYTHING);
  expect(requests).toHaveLength(40);
});

test('what is under way is cut off when time is up', async () => {
  const stop = new AbortController();
  const { url } = await serve(() => stop.abort(new Error('stopped')));
  const sink = openSink(url, { signal: stop.signal });
  expect(await failureOf(sink.write(A, EVERYTHING))).toBeInstanceOf(Undelivered);
  expect(await failureOf(sink.write(A, EVERYTHING))).toBeInstanceOf(Undelivered);
});

describe('over TLS', () => {
  const TLS = selfSigned();

  test('a receiver with a certificate of an authority that is trusted gets the change', async () => {
    const { port, requests } = await serveRaw((socket: Socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'), {
      tls: TLS,
    });
    await openSink(`https://127.0.0.1:${port}`, { ca: TLS.cert }).write(A, EVERYTHING);
    expect(requests).toHaveLength(1);
  });

  test('a receiver with any other certificate gets nothing, and stops the run, whatever the environment says', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { port, requests } = await serveRaw((socket: Socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'), {
      tls: TLS,
    });
    expect(await failureOf(openSink(`https://127.0.0.1:${port}`).write(A, EVERYTHING))).toMatchObject({
      code: 'sink_unavailable',
      message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
    expect(requests).toEqual([]);
  });
});

async function freePort(): Promise<number> {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
