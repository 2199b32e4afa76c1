import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect as connectSocket, Server } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Exchange, Fault } from '../../src/emulator/emulator.ts';
import { openEmulator, openRig } from './rig.ts';
import { send } from './wire.ts';

const DOCS = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };
const QUERY = { 'x-ms-documentdb-isquery': 'true' };
const BATCH = { 'x-ms-cosmos-is-batch-request': 'true', ...KEY };

const WRITE = { method: 'POST', path: DOCS, body: '{"id":"1","pk":"p"}' };

describe('an error', () => {
  test.each([
    ['a method that is not possible', { method: 'PUT', path: '/dbs' }, 405],
    ['a database that is not there', { path: '/dbs/other' }, 404],
    ['a container that is not there', { path: '/dbs/db/colls/other' }, 404],
    ['an item that is not there', { path: `${DOCS}/1`, headers: KEY }, 404],
    ['a patch', { method: 'PATCH', path: `${DOCS}/1`, headers: KEY, body: '[]' }, 400],
    ['a document that is not JSON', { method: 'POST', path: DOCS, headers: KEY, body: '{"id":' }, 400],
    ['a document that is a list', { method: 'POST', path: DOCS, headers: KEY, body: '[]' }, 400],
    ['a document without id', { method: 'POST', path: DOCS, headers: KEY, body: '{"pk":"p"}' }, 400],
    ['no document', { method: 'POST', path: DOCS, headers: KEY, body: '' }, 400],
    [
      'text that is not UTF-8',
      { method: 'POST', path: DOCS, headers: KEY, body: Buffer.from('{"id":"\xff"}', 'latin1') },
      400,
    ],
    ['a byte order mark', { method: 'POST', path: DOCS, headers: KEY, body: '\ufeff{"id":"1","pk":"p"}' }, 400],
    ['a batch that is an object', { method: 'POST', path: DOCS, headers: BATCH, body: '{}' }, 400],
    ['a query without text', { method: 'POST', path: DOCS, headers: QUERY, body: '{}' }, 400],
    [
      'a query for a plan of nonsense',
      { method: 'POST', path: DOCS, headers: { 'x-ms-cosmos-is-query-plan-request': 'True' }, body: '{"query":"x"}' },
      400,
    ],
    ['a body of 3 MB', { method: 'POST', path: DOCS, headers: KEY, body: Buffer.alloc(3_000_000, 32) }, 413],
    ['a database that is not JSON', { method: 'POST', path: '/dbs', body: 'x' }, 400],
    ['an offer that is not there', { path: '/offers/none' }, 404],
    ['a body that is not said to be JSON', { ...WRITE, headers: { ...KEY, 'content-type': 'text/plain' } }, 400],
    ['a body that does not say what it is', { ...WRITE, headers: { ...KEY, 'content-type': '' } }, 400],
  ])('for %s has a JSON body', async (_, call, status) => {
    const { emulator } = await openRig();
    const answer = await send(emulator, call);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text)).toEqual({
      code: expect.any(String),
      message: expect.stringMatching(/ActivityId: /),
    });
  });

  test.each([
    ['an unknown path', '/nothing/here', 400],
    ['a path that is not UTF-8', '/dbs/%ff', 400],
    ['a path with a stray percent sign', '/dbs/d/colls/c/docs/100%', 400],
  ])('for %s has a JSON body', async (_, path, status) => {
    const answer = await send(await openEmulator(), { path, unsigned: true });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toHaveProperty('message');
  });

  test.each([
    ['what is not HTTP', 'nonsense\r\n\r\n', '400', 'BadRequest'],
    ['headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(80_000)}\r\n\r\n`, '431', 'RequestHeaderFieldsTooLarge'],
    ['a request without host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n', '400', 'BadRequest'],
    ['two hosts', 'GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\nconnection: close\r\n\r\n', '400', 'BadRequest'],
    [
      'an expectation',
      'GET / HTTP/1.1\r\nhost: x\r\nexpect: magic\r\nconnection: close\r\n\r\n',
      '421',
      'MisdirectedRequest',
    ],
  ])('for %s has a JSON body', async (_, text, status, code) => {
    const { endpoint } = await openEmulator();
    const answer = await exchange(Number(new URL(endpoint).port), text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/^x-cosmosflow-test-server: 1\r$/m);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code });
  });

  test('of the listening socket does not end the process', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    onTestFinished(() => listen.mockRestore());
    const emulator = await openEmulator();
    const [server] = listen.mock.contexts as Server[];
    server?.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }));
    expect((await send(emulator, { path: '/' })).status).toBe(200);
  });

  test('for a large body in chunks comes without the server keeping it', async () => {
    const { emulator } = await openRig();
    const headers = { ...KEY, 'transfer-encoding': 'chunked' };
    const call = { method: 'POST', path: DOCS, headers, body: Buffer.alloc(25_000_000, 32) };
    expect((await send(emulator, call)).status).toBe(413);
  });

  test.each([3_000_000, 20_000_000])(
    'for a body of %i bytes leaves the connection fit for the next request',
    async (bytes) => {
      const { emulator } = await openRig();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onTestFinished(() => agent.destroy());
      const large = { method: 'POST', path: DOCS, headers: KEY, body: Buffer.alloc(bytes, 32) };
      expect((await send(emulator, { ...large, agent })).status).toBe(413);
      const { status, headers } = await send(emulator, { path: '/', agent });
      expect([status, headers.connection]).toEqual([200, 'keep-alive']);
    },
  );
});

describe('a fault on purpose', () => {
  const openFaulty = (operation: string, fault: Fault, times = 1) => {
    const exchanges: Exchange[] = [];
    const intercept = (exchange: Exchange): Fault | undefined => {
      exchanges.push(exchange);
      return exchange.operation === operation && times-- > 0 ? fault : undefined;
    };
    return openRig({ intercept }).then((rig) => ({ ...rig, exchanges }));
  };

  test('is an answer that the client acts on', async () => {
    const fault = { status: 429, substatus: 3200, retryAfterMs: 1 };
    const { container, exchanges } = await openFaulty('create', fault, 2);
    const { statusCode, headers } = await container.items.create({ id: '1', pk: 'p' });
    expect([statusCode, headers['x-ms-throttle-retry-count']]).toEqual([201, 2]);
    expect(exchanges.filter(({ operation }) => operation === 'create').length).toBe(3);
  });

  test('is a connection cut before or after the write', async () => {
    const before = await openFaulty('upsert', { before: 'drop' });
    await expect(before.container.items.upsert({ id: '1', pk: 'p' })).rejects.toThrow();
    expect((await before.container.item('1', 'p').read()).statusCode).toBe(404);
    const after = await openFaulty('upsert', { after: 'drop' });
    await expect(after.container.items.upsert({ id: '1', pk: 'p' })).rejects.toThrow();
    expect((await after.container.item('1', 'p').read()).statusCode).toBe(200);
  });

  test('is a request that is never answered, and closing does not wait for it', async () => {
    const { emulator } = await openFaulty('read', { hang: true });
    const hanging = send(emulator, { path: `${DOCS}/1`, headers: KEY });
    const failed = expect(hanging).rejects.toThrow();
    expect((await send(emulator, { path: `${DOCS}/1`, headers: KEY })).status).toBe(404);
    await emulator.close();
    await failed;
  });

  test('is a delay', async () => {
    const { container } = await openFaulty('upsert', { delayMs: 20 });
    const started = performance.now();
    await container.items.upsert({ id: '1', pk: 'p' });
    expect(performance.now() - started).toBeGreaterThanOrEqual(19);
  });
});

test('what is not HTTP is answered also when much follows it', async () => {
  const { endpoint } = await openEmulator();
  const { port } = new URL(endpoint);
  const text = `POST /dbs HTTP/1.1\r\nhost: x\r\nbad: \u0001\r\n\r\n${'x'.repeat(20_000_000)}`;
  // Read only when all is sent: what comes before that is lost when the server cuts the connection.
  const socket = connectSocket(Number(port), '127.0.0.1').pause();
  await new Promise<void>((sent, failed) => void socket.once('error', failed).write(text, () => sent()));
  const [answer] = await once(socket.resume(), 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 400 /);
  socket.destroy();
});

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}
