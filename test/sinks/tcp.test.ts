import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EVERYTHING, type Sink } from '../../src/contract.ts';
import { reachableLookup } from '../../src/sinks/reach.ts';
import { type TcpSinkOptions, tcpSink } from '../../src/sinks/tcp.ts';
import { describeSink } from '../contract/sink.ts';
import { textOf, upsert } from '../support/changes.ts';
import { failureOf } from './http/rig.ts';

interface Batch {
  readonly lines: readonly string[];
  readonly socket: Socket;
  /** How many there were before, and of which connection it is. */
  readonly nth: number;
  readonly connection: number;
}

interface Receiver {
  readonly port: number;
  readonly batches: readonly Batch[];
}

/** A receiver that gets whole batches. Ends with the test. */
async function serve(take: (batch: Batch) => unknown): Promise<Receiver> {
  const batches: Batch[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const connection = sockets.push(socket) - 1;
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString();
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const batch = { lines: text.slice(0, end).split('\n'), socket, nth: batches.length, connection };
        text = text.slice(end + 2);
        batches.push(batch);
        take(batch);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, batches };
}

function open(port: number, options: Partial<TcpSinkOptions> = {}): Sink {
  const sink = tcpSink({
    host: '127.0.0.1',
    port,
    lookup: reachableLookup({ allowLinkLocal: false }),
    timeoutMs: 20_000,
    signal: new AbortController().signal,
    ...options,
  });
  onTestFinished(() => sink.close());
  return sink;
}

const acknowledge = ({ lines, socket }: Batch): unknown => socket.write(`ack ${lines.length}\n`);

describeSink('TCP', async () => {
  const documents = new Map<string, string>();
  const { port } = await serve((batch) => {
    for (const line of batch.lines) {
      const { id, version } = JSON.parse(line) as { id: string; version?: number };
      // What was deleted has a key alone.
      if (version === undefined) documents.delete(id);
      else documents.set(id, line);
    }
    acknowledge(batch);
  });
  return { sink: open(port), contents: async () => [...documents.values()].sort() };
});

test('a batch is a document a line, and an empty line', async () => {
  const { port, batches } = await serve(acknowledge);
  const changes = [upsert('a'), { ...upsert('b'), document: Buffer.from('{"id":\n"b"}') }];
  await open(port).write(changes, EVERYTHING);
  expect(batches.map(({ lines }) => lines)).toEqual([[textOf(upsert('a')), '{"id": "b"}']]);
});

test('batches go over one connection, each after the one before is acknowledged', async () => {
  let isAnswered = true;
  const overlaps: number[] = [];
  const { port, batches } = await serve((batch) => {
    if (!isAnswered) overlaps.push(batch.nth);
    isAnswered = false;
    setImmediate(() => {
      isAnswered = true;
      acknowledge(batch);
    });
  });
  const sink = open(port);
  await Promise.all(Array.from({ length: 20 }, (_, index) => sink.write([upsert(`item-${index}`)], EVERYTHING)));
  expect(overlaps).toEqual([]);
  expect(batches.map(({ lines }) => lines)).toEqual(
    Array.from({ length: 20 }, (_, index) => [textOf(upsert(`item-${index}`))]),
  );
  expect(new Set(batches.map(({ connection }) => connection)).size).toBe(1);
});

test('an acknowledgement may come in pieces, and end with a carriage return', async () => {
  const { port } = await serve(({ socket }) => {
    socket.write('ac');
    setImmediate(() => socket.write('k 1\r'));
    setTimeout(() => socket.write('\n'), 5);
  });
  await open(port).write([upsert('a')], EVERYTHING);
});

describe('a batch is sent again, over another connection, when the receiver', () => {
  test.each<[string, (batch: Batch) => unknown]>([
    ['acknowledges another number', ({ socket }) => socket.write('ack 7\n')],
    ['acknowledges a part', ({ socket }) => socket.write('ack 1\n')],
    ['says something else', ({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n')],
    ['says more than was asked', ({ socket }) => socket.write('ack 2\nack 2\n')],
    ['does not come to an end', ({ socket }) => socket.write('x'.repeat(5000))],
    ['closes the connection', ({ socket }) => socket.end()],
    ['resets the connection', ({ socket }) => socket.resetAndDestroy()],
    ['says nothing', () => {}],
  ])('%s', async (_, fail) => {
    const { port, batches } = await serve((batch) => (batch.nth === 0 ? fail(batch) : acknowledge(batch)));
    const sink = open(port, { timeoutMs: 100 });
    const changes = [upsert('a'), upsert('b')];
    expect(await failureOf(sink.write(changes, EVERYTHING))).toMatchObject({
      name: 'Undelivered',
      changes,
      reason: { code: 'sink_unavailable', message: expect.stringContaining(`"tcp://127.0.0.1:${port}"`) },
    });
    await sink.write(changes, EVERYTHING);
    expect(batches.map(({ connection }) => connection)).toEqual([0, 1]);
    expect(batches[1]?.lines).toEqual(batches[0]?.lines);
  });

  test('closes the connection between two batches', async () => {
    const { port, batches } = await serve((batch) => {
      acknowledge(batch);
      if (batch.nth === 0) batch.socket.end();
    });
    const sink = open(port);
    await sink.write([upsert('a')], EVERYTHING);
    await once(batches[0]?.socket as Socket, 'close');
    await sink.write([upsert('b')], EVERYTHING);
    expect(batches).toHaveLength(2);
  });
});

test('a receiver that is not there may come later', async () => {
  const { port } = await serve(acknowledge);
  const failure = await failureOf(open(1).write([upsert('a')], EVERYTHING));
  expect(failure).toMatchObject({ name: 'Undelivered', reason: { message: expect.stringContaining('ECONNREFUSED') } });
  await open(port).write([upsert('a')], EVERYTHING);
});

test('a name of a link-local address is not connected to, and not tried again', async () => {
  const lookup: TcpSinkOptions['lookup'] = reachableLookup({
    allowLinkLocal: false,
    lookup: ((_: string, __: unknown, callback: (error: null, all: unknown) => void) =>
      callback(null, [{ address: '169.254.169.254', family: 4 }])) as never,
  });
  const failure = await failureOf(open(1, { host: 'receiver.example', lookup }).write([upsert('a')], EVERYTHING));
  expect(failure).toMatchObject({ code: 'configuration' });
});

test('what is under way is cut off when time is up', async () => {
  const stop = new AbortController();
  const { port } = await serve(() => stop.abort());
  const sink = open(port, { signal: stop.signal });
  expect(await failureOf(sink.write([upsert('a')], EVERYTHING))).toMatchObject({ name: 'Undelivered' });
  expect(await failureOf(sink.write([upsert('a')], EVERYTHING))).toMatchObject({ name: 'Undelivered' });
});
