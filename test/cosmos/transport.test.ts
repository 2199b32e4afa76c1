import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Connection } from '../../src/cosmos/connection.ts';
import { findContainer } from '../../src/cosmos/container.ts';
import { faultOf, isTransient } from '../../src/cosmos/faults.ts';
import { exchangeOver, type HttpRequest, ResponseHeaders } from '../../src/cosmos/transport.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import type { Asker } from '../../src/http/message.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { Meter } from '../../src/support/meter.ts';
import { useConnection, useContainer } from '../support/container.ts';

const TIMEOUT = new HttpFailure('timeout', 'waited');
const NAME = { database: 'db', container: 'items' };
const STOP = new AbortController().signal;

test.each([
  ['an empty body', 503, '', 'no reason given'],
  ['a page of a proxy', 502, '<html><body>\n<h1>Bad Gateway</h1></body></html>', 'Bad Gateway'],
  ['a text', 429, 'slow down', 'slow down'],
  ['JSON that is no object', 503, 'null', 'null'],
  ['JSON without a message', 500, '{}', ''],
])('a refusal with %s is a refusal with its status', async (_, status, body, message) => {
  const connection = await connectTo((_request, response) => response.writeHead(status, RETRY_SOON).end(body));
  const fault = faultOf(await failureOf(connection));
  expect(fault).toMatchObject({ status, message });
  expect(fault && isTransient(fault)).toBe(true);
});

test('a success that is a page of somebody else, say to log in to a network, is a refusal', async () => {
  const connection = await connectTo((_request, response) => response.end('<html>Welcome to the hotel</html>'));
  expect(faultOf(await failureOf(connection))).toMatchObject({ status: 502, message: 'Welcome to the hotel' });
});

describe.each(['everything', 'documents'] as const)('over the connections for %s,', (kind) => {
  test('an answer that is not HTTP is no answer, and the error says what it may be', async () => {
    const connection = await connectTo((request) => request.socket.end('\u0015\u0003\u0001not HTTP\r\n\r\n'));
    expect(faultOf(await failureOf(connection, kind))).toMatchObject({
      status: 0,
      message: expect.stringMatching(/https/),
    });
  });

  test('what hangs up at whatever is not https may be https', async () => {
    const connection = await connectTo((request) => request.socket.destroy());
    expect(faultOf(await failureOf(connection, kind))).toMatchObject({
      status: 0,
      message: expect.stringMatching(/; is it https\? then write cosmos\+https:\/\/127\.0\.0\.1:\d+\/…/),
    });
  });

  test('an answer that is cut off is no answer', async () => {
    const connection = await connectTo((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"id":', () => response.destroy());
    });
    expect(faultOf(await failureOf(connection, kind))).toMatchObject({ status: 0 });
  });

  test('an answer that stops coming is waited for as long as a few time-outs, not forever', async () => {
    const started = performance.now();
    const connection = await connectTo((_request, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('{"id":');
    });
    expect(faultOf(await failureOf(connection, kind))).toMatchObject({ status: 0 });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('an answer larger than any that the service gives is refused', async () => {
    const connection = await connectTo((_request, response) => {
      response.writeHead(200, { 'content-length': 64 * 1024 * 1024 });
      response.end(Buffer.alloc(64 * 1024 * 1024, 'x'));
    });
    expect(faultOf(await failureOf(connection, kind))).toMatchObject({ status: 0 });
  });

  test('a server that is not there is told by its host', async () => {
    const connection = useConnection({ endpoint: 'http://127.0.0.1:9/', key: EMULATOR_KEY }, { timeoutMs: 200 });
    expect(await failureOf(connection, kind)).toMatchObject({ message: expect.stringContaining('127.0.0.1:9') });
  });
});

test('a stop cuts off a request that waits', async () => {
  const rig = await useContainer({ timeoutMs: 20_000 });
  const stop = new AbortController();
  const reading = rig.connection.reader(stop.signal).client.database('db').container('items').read();
  rig.intercept = () => {
    setImmediate(() => stop.abort());
    return { hang: true };
  };
  const error = await reading.then(
    () => 'read',
    (thrown: unknown) => thrown,
  );
  expect(faultOf(error)).toMatchObject({ status: 0, message: 'stopped' });
});

test('requests name the tool and its version', async () => {
  const agents: unknown[] = [];
  const connection = await connectTo(({ headers }, response) => {
    agents.push(headers['user-agent']);
    response.writeHead(400).end('{"message":"no"}');
  });
  await failureOf(connection);
  expect(agents[0]).toMatch(/azure-cosmos-js.*cosmosflow\/\d+\.\d+/);
});

test('requests, their units and refusals are metered', async () => {
  const rig = await useContainer();
  const { requests, requestCharge } = rig.connection.meter;
  rig.intercept = vi.fn().mockReturnValueOnce({ status: 429, retryAfterMs: 1 });
  await rig.connection.client.database('db').container('items').read();
  expect(rig.connection.meter).toMatchObject({ requests: requests + 2, throttled: 1 });
  expect(rig.connection.meter.requestCharge).toBeGreaterThan(requestCharge);
});

describe('the SDK may try another region', () => {
  test.each([
    ['a time-out', TIMEOUT, 'AbortError'],
    ['an unknown host', Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }), 'Error'],
  ])('after %s, but not for ever', async (_, error, name) => {
    const answers = Array.from({ length: 7 }, () => error as Error | undefined);
    answers[4] = undefined;
    const names = await namesOf(answers);
    expect(names).toEqual([name, name, 'Unreachable', 'Unreachable', 'answered', name, name]);
  });
});

test('what has answered before is not taken for https when it hangs up', async () => {
  const cut = Object.assign(new Error('read'), { code: 'ECONNRESET' });
  const exchange = exchangeOver(asker([undefined, cut]), { meter: new Meter(), timeoutMs: 1000 });
  const request = { ...REQUEST, url: 'http://127.0.0.1:8081/dbs' } as HttpRequest;
  await exchange(request);
  await expect(exchange(request)).rejects.toMatchObject({ message: expect.not.stringContaining('https') });
  await expect(exchange(request)).resolves.toHaveProperty('status', 200);
});

test('a range that answers says nothing of another that does not', async () => {
  const exchange = exchangeOver(asker([TIMEOUT, undefined, TIMEOUT, undefined, TIMEOUT]), {
    meter: new Meter(),
    timeoutMs: 1000,
  });
  const names: string[] = [];
  for (const range of ['0', '1', '0', '1', '0']) names.push(await nameOf(exchange(requestTo(range))));
  expect(names).toEqual(['AbortError', 'answered', 'AbortError', 'answered', 'Unreachable']);
});

test('an answer that is slow but steady may take longer than the SDK would wait for it', async () => {
  const ask = vi.fn<Asker['ask']>(asker([undefined]).ask);
  const exchange = exchangeOver({ ask }, { meter: new Meter(), timeoutMs: 1000, signal: STOP });
  const { status } = await exchange({ ...REQUEST, abortSignal: AbortSignal.abort() } as HttpRequest);
  expect([status, ask.mock.calls[0]?.[1]]).toEqual([200, [STOP]]);
});

test('headers are found whatever their case', () => {
  const headers = new ResponseHeaders({ etag: '"1"' });
  headers.set('X-New', 5);
  expect([headers.get('etag'), headers.get('ETAG'), headers.has('X-NEW')]).toEqual(['"1"', '"1"', true]);
  headers.delete('eTag');
  expect(headers.has('etag')).toBe(false);
  expect(Object.fromEntries(headers)).toEqual(headers.toJSON());
});

const RETRY_SOON = { 'x-ms-retry-after-ms': '1' };

async function connectTo(listener: RequestListener): Promise<Connection> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return useConnection({ endpoint: `http://127.0.0.1:${port}/`, key: EMULATOR_KEY }, { timeoutMs: 300 });
}

async function failureOf(connection: Connection, kind: 'everything' | 'documents' = 'everything'): Promise<unknown> {
  const { client } = kind === 'everything' ? connection : connection.reader(new AbortController().signal);
  return findContainer(client, NAME).then(
    (found) => expect.fail(`found ${JSON.stringify(found)}`),
    (error: unknown) => error,
  );
}

const REQUEST = {
  url: 'https://one.example/dbs',
  method: 'GET',
  headers: new ResponseHeaders({}),
} as unknown as HttpRequest;

/** Fails with these errors, one a request, or answers. */
function asker(answers: readonly (Error | undefined)[]): Pick<Asker, 'ask'> {
  const left = [...answers];
  return {
    ask: async () => {
      const error = left.shift();
      if (error) throw error;
      return { status: 200, headers: new Map(), body: Buffer.alloc(0) };
    },
  };
}

async function namesOf(answers: readonly (Error | undefined)[]): Promise<string[]> {
  const exchange = exchangeOver(asker(answers), { meter: new Meter(), timeoutMs: 1000 });
  const names: string[] = [];
  for (const _ of answers) names.push(await nameOf(exchange(REQUEST)));
  return names;
}

function nameOf(sent: Promise<unknown>): Promise<string> {
  return sent.then(
    () => 'answered',
    (error: Error) => error.name,
  );
}

function requestTo(range: string): HttpRequest {
  return { ...REQUEST, headers: new ResponseHeaders({ 'x-ms-documentdb-partitionkeyrangeid': range }) } as never;
}
