import type { Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import type { Pool } from '../../src/http/pool.ts';
import { type Answering, closed, get, ok, post, serve, usePool } from './scripted-server.ts';

describe('a connection is used again', () => {
  test('when the answer is over', async () => {
    const { port, sockets } = await serve((socket, _, { ofAll }) => socket.write(ok(`${ofAll}`)));
    const pool = usePool();
    for (const body of ['0', '1', '2']) expect(await textOf(pool, get(port))).toBe(body);
    expect(sockets).toHaveLength(1);
  });

  test('for a question with a body after one without, and the other way round', async () => {
    const { port, sockets, requests } = await serve((socket) => socket.write(ok('')));
    const pool = usePool();
    for (const request of [get(port), post(port, '€'), get(port, '/2'), post(port, Buffer.alloc(300_000, 'x'))]) {
      await pool.ask(request);
    }
    expect(sockets).toHaveLength(1);
    expect(requests[1]).toBe(
      `POST / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 3\r\n\r\n\u00e2\u0082\u00ac`,
    );
    expect(requests[3]).toHaveLength((requests[3]?.indexOf('\r\n\r\n') ?? 0) + 4 + 300_000);
  });

  test('but not for two requests at a time', async () => {
    const waiting: Socket[] = [];
    const { port, sockets } = await serve((socket) => {
      if (waiting.push(socket) === 3) for (const one of waiting) one.write(ok('all'));
    });
    const pool = usePool();
    await Promise.all([1, 2, 3].map(() => pool.ask(get(port))));
    expect(sockets).toHaveLength(3);
  });

  test.each([
    ['the server says that it closes it', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\nx'],
    ['the server will close it sooner than it is needed', ok('x', 'keep-alive: timeout=2\r\n')],
    ['it is of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\nx'],
    ['something came after the answer', `${ok('x')}HTTP/1.1 200 OK\r\n`],
    ['two answers came', ok('x') + ok('y')],
  ])('but not if %s', async (_, answer) => {
    const { port, sockets } = await serve((socket) => socket.write(answer));
    const pool = usePool();
    for (const _again of [1, 2]) expect(await textOf(pool, get(port))).toBe('x');
    expect(sockets).toHaveLength(2);
    await closed(sockets[0] as Socket);
  });

  test('but not if it has said something since', async () => {
    const { port, sockets } = await serve((socket) => socket.write(ok('x', 'keep-alive: timeout=600\r\n')));
    const pool = usePool();
    await pool.ask(get(port));
    sockets[0]?.write(ok('y'));
    await closed(sockets[0] as Socket);
    expect(await textOf(pool, get(port))).toBe('x');
    expect(sockets).toHaveLength(2);
  });

  test('but not when the server may have closed it while this process was busy', async () => {
    const { port, sockets } = await serve((socket) => socket.write(ok('x')));
    const pool = usePool();
    await pool.ask(get(port));
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 4001);
    await pool.ask(get(port));
    clock.mockRestore();
    expect(sockets).toHaveLength(2);
  });

  test('but not before the whole of the question is sent, though it is answered', async () => {
    const { port, sockets } = await serve((socket) => socket.write(ok('x')), { isEager: true });
    const pool = usePool();
    expect(await textOf(pool, post(port, Buffer.alloc(64 * 1024 * 1024)))).toBe('x');
    expect(await textOf(pool, get(port))).toBe('x');
    expect(sockets).toHaveLength(2);
  });
});

describe('an idle connection that the server has closed', () => {
  const closesOn =
    (close: (socket: Socket) => void): Answering =>
    (socket, _, { ofConnection, ofAll }) =>
      ofConnection === 0 ? socket.write(ok(`${ofAll}`)) : close(socket);

  test.each([
    ['in order', (socket: Socket) => socket.end()],
    ['by a reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('%s, is told by a GET that is sent again, once, over a new one', async (_, close) => {
    const { port, sockets } = await serve(closesOn(close));
    const pool = usePool();
    expect(await textOf(pool, get(port))).toBe('0');
    expect(await textOf(pool, get(port))).toBe('2');
    expect(sockets).toHaveLength(2);
  });

  test('fails a POST, which may have been done', async () => {
    const { port, requests } = await serve(closesOn((socket) => socket.end()));
    const pool = usePool();
    await pool.ask(get(port));
    await expect(pool.ask(post(port, 'x'))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toHaveLength(2);
  });

  test('fails a GET that was answered in part', async () => {
    const { port, requests } = await serve(closesOn((socket) => socket.end('H')));
    const pool = usePool();
    await pool.ask(get(port));
    await expect(pool.ask(get(port))).rejects.toMatchObject({ reason: 'closed', code: 'ECONNRESET' });
    expect(requests).toHaveLength(2);
  });

  test('is not tried again when the new one is closed, too', async () => {
    const { port, requests } = await serve((socket, _, { ofAll }) =>
      ofAll === 0 ? socket.write(ok('x')) : socket.end(),
    );
    const pool = usePool();
    await pool.ask(get(port));
    await expect(pool.ask(get(port))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toHaveLength(3);
  });

  test('is forgotten', async () => {
    const { port, sockets } = await serve((socket, _, { ofAll }) => socket.end(ok(`${ofAll}`)));
    const pool = usePool();
    for (const body of ['0', '1']) {
      expect(await textOf(pool, get(port))).toBe(body);
      await closed(sockets[Number(body)] as Socket);
    }
    // Not even a POST is tried over it.
    expect(await textOf(pool, post(port, 'x'))).toBe('2');
  });
});

describe('an answer', () => {
  test('may end with its connection', async () => {
    const { port } = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhello ');
      setImmediate(() => socket.end('world'));
    });
    expect(await textOf(usePool(), get(port))).toBe('hello world');
  });

  test.each([
    ['in its head', 'HTTP/1.1 200 OK\r\n'],
    ['in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'],
    ['in its chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n'],
    ['before it begins', ''],
  ])('that is cut off %s is none, and not asked for again', async (_, text) => {
    const { port, sockets, requests } = await serve((socket) => socket.end(text));
    const asked = usePool().ask(get(port));
    await expect(asked).rejects.toMatchObject({ name: 'HttpFailure', reason: 'closed', code: 'ECONNRESET' });
    await closed(sockets[0] as Socket);
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['all of it', ok('x'), ''],
    ['the beginning of it', ok('x').slice(0, -1), 'x'],
  ])('is not late when %s came while this process was busy', async (_, first, rest) => {
    const { port, sockets } = await serve((socket, _request, { ofAll }) => {
      if (ofAll > 0) return socket.write(ok('x'));
      socket.write(first);
      busyFor(350);
      // Behind the timer, and behind what was read after it.
      setImmediate(() => setImmediate(() => setImmediate(() => socket.write(rest))));
    });
    const pool = usePool({ timeoutMs: 300 });
    for (const _again of [1, 2]) expect(await textOf(pool, get(port))).toBe('x');
    expect(sockets).toHaveLength(1);
  });

  test('that is cut off by a reset is none', async () => {
    const { port } = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx', () => setImmediate(() => socket.resetAndDestroy()));
    });
    await expect(usePool().ask(get(port))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('that is not HTTP ends the connection', async () => {
    const { port, sockets } = await serve((socket) => socket.write('\u0015\u0003\u0001\0\u0002\u0002F'));
    await expect(usePool().ask(get(port))).rejects.toMatchObject({ reason: 'not-http' });
    await closed(sockets[0] as Socket);
  });
});

describe('a signal that aborts', () => {
  test('before, keeps the connection from being made', async () => {
    const { port, sockets } = await serve((socket) => socket.write(ok('x')));
    const pool = usePool();
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(pool.ask(get(port), [NEVER, stopped])).rejects.toThrow('enough');
    await pool.ask(get(port));
    expect(sockets).toHaveLength(1);
  });

  test.each([
    ['in the head', 'HTTP/1.1 200'],
    ['in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'],
    ['before the answer', ''],
  ])('%s, ends the request and its connection', async (_, text) => {
    const stop = new AbortController();
    const { port, sockets } = await serve((socket) => {
      socket.write(text, () => setImmediate(() => stop.abort(new Error('enough'))));
    });
    await expect(usePool().ask(get(port), [NEVER, stop.signal])).rejects.toThrow('enough');
    await closed(sockets[0] as Socket);
  });

  test('ends one request, not the others', async () => {
    const stop = new AbortController();
    const { port, sockets, requests } = await serve(() => {});
    const pool = usePool();
    const stopped = expect(pool.ask(get(port), [stop.signal])).rejects.toThrow('enough');
    await vi.waitUntil(() => requests.length === 1);
    const other = textOf(pool, get(port));
    await vi.waitUntil(() => requests.length === 2);
    stop.abort(new Error('enough'));
    await stopped;
    sockets[1]?.write(ok('x'));
    expect(await other).toBe('x');
  });

  test('after the answer, does nothing', async () => {
    const stop = new AbortController();
    const { port, sockets } = await serve((socket) => socket.write(ok('x')));
    const pool = usePool();
    await pool.ask(get(port), [stop.signal]);
    stop.abort();
    expect(await textOf(pool, get(port))).toBe('x');
    expect(sockets).toHaveLength(1);
  });
});

describe('nothing is waited for longer than the time-out:', () => {
  test.each([
    ['the head', ''],
    ['the end of the head', 'HTTP/1.1 200 OK\r\na: '],
    ['the body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n'],
    ['the rest of the body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'],
    ['the rest of the chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n'],
  ])('%s', async (_, text) => {
    const { port, sockets } = await serve((socket) => socket.write(text));
    const asked = usePool({ timeoutMs: 50 }).ask(get(port));
    await expect(asked).rejects.toMatchObject({ name: 'HttpFailure', reason: 'timeout' });
    await closed(sockets[0] as Socket);
  });

  test('but an answer that has come is read, though this process was busy for longer than that', async () => {
    const { port } = await serve((socket) => {
      socket.write(ok('x'));
      const until = performance.now() + 200;
      while (performance.now() < until);
    });
    expect(await textOf(usePool({ timeoutMs: 100 }), get(port))).toBe('x');
  });

  test('but pieces may keep on coming for longer than that', async () => {
    const { port } = await serve((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n');
      let sent = 0;
      const timer = setInterval(() => {
        socket.write('x');
        if (++sent === 9) clearInterval(timer);
      }, 200);
    });
    expect(await textOf(usePool({ timeoutMs: 1500 }), get(port))).toBe('xxxxxxxxx');
  });
});

test('a server that is not there is told in the words of the system', async () => {
  const pool = usePool();
  const { port } = await serve(() => {});
  const free = port === 9 ? 10 : 9;
  await expect(pool.ask(get(free))).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    message: `connect ECONNREFUSED 127.0.0.1:${free}`,
  });
  await expect(pool.ask(get(free, '/', 'http', 'localhost'))).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    message: expect.stringContaining(`127.0.0.1:${free}`),
  });
});

test('an origin that is more than that, and a request that cannot be sent, open no connection', async () => {
  const { port, sockets } = await serve((socket) => socket.write(ok('x')));
  const pool = usePool();
  const origin = `http://127.0.0.1:${port}`;
  for (const bad of [`${origin}/path`, `http://me@127.0.0.1:${port}`, `ftp://127.0.0.1:${port}`, `${origin}?x`, 'x']) {
    await expect(pool.ask({ ...get(port), origin: bad })).rejects.toThrow(TypeError);
  }
  await expect(pool.ask({ ...get(port), headers: { a: '\n' } })).rejects.toThrow(TypeError);
  expect(await textOf(pool, get(port))).toBe('x');
  await expect(pool.ask({ ...get(port), headers: { a: '\n' } })).rejects.toThrow(TypeError);
  expect(await textOf(pool, get(port))).toBe('x');
  expect(sockets).toHaveLength(1);
});

test('the host may be a name', async () => {
  const { port, requests } = await serve((socket) => socket.write(ok('x')));
  expect(await textOf(usePool(), get(port, '/', 'http', 'localhost'))).toBe('x');
  expect(requests[0]).toContain(`\r\nhost: localhost:${port}\r\n`);
});

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
test.skipIf(!hasIpv6)('the host may be an address of IPv6 (skipped where the machine has no ::1)', async () => {
  const { port, requests } = await serve((socket) => socket.write(ok('x')), { host: '::1' });
  expect(await textOf(usePool(), get(port, '/', 'http', '[::1]'))).toBe('x');
  expect(requests[0]).toContain(`\r\nhost: [::1]:${port}\r\n`);
});

test('a pool that is destroyed closes its connections, rejects what waits, and takes nothing more', async () => {
  const { port, sockets } = await serve((socket, request) => request.includes('/idle') && socket.write(ok('x')));
  const pool = usePool();
  await pool.ask(get(port, '/idle'));
  const waiting = [pool.ask(get(port, '/1')), pool.ask(get(port, '/2'))];
  const rejected = Promise.all(waiting.map((asked) => expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' })));
  await pool.destroy();
  await rejected;
  await Promise.all(sockets.map(closed));
  await expect(pool.ask(get(port))).rejects.toMatchObject({ reason: 'closed' });
  await pool.destroy();
});

const NEVER = new AbortController().signal;

async function textOf(pool: Pool, request: Parameters<Pool['ask']>[0]): Promise<string> {
  return (await pool.ask(request)).body.toString();
}

function busyFor(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}
