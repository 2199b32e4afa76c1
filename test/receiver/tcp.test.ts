import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import type { Receiver } from '../../src/receiver/receiver.ts';
import { useReceiver } from './rig.ts';

test('a batch of lines is acknowledged with its count once it is stored, however its bytes come', async () => {
  const { receiver, lines } = await useReceiver({ tcpPort: 0 });
  const { socket, answers } = await dial(receiver);
  for (const byte of '{"id":"a"}\n{"id":"b","n":1.0}\n\n') socket.write(byte);
  expect(await answers.next()).toEqual({ done: false, value: 'ack 2' });
  socket.write('{"id":"c"}\n\n\n{"id":"d"}\n\n{"id":"torn"}\n');
  expect([await answers.next(), await answers.next(), await answers.next()].map(({ value }) => value)).toEqual([
    'ack 1',
    'ack 0',
    'ack 1',
  ]);
  socket.end();
  expect(await answers.next()).toMatchObject({ done: true });
  expect(lines()).toEqual(['{"id":"a"}', '{"id":"b","n":1.0}', '{"id":"c"}', '{"id":"d"}']);
  expect(receiver.tally).toMatchObject({ received: 4, refused: 0 });
});

test('what is not JSON is answered with why, and ends the connection with nothing of its batch kept', async () => {
  const { receiver, lines } = await useReceiver({ tcpPort: 0 });
  const { socket, answers } = await dial(receiver);
  socket.write('{"id":"a"}\nno\n\n');
  expect((await answers.next()).value).toBe('refused: line 2 is not JSON');
  expect(await answers.next()).toMatchObject({ done: true });
  expect(lines()).toEqual([]);
  expect(receiver.tally.refused).toBe(1);
});

test('a batch that is too large is refused', async () => {
  const { receiver } = await useReceiver({ tcpPort: 0 });
  const { socket, answers } = await dial(receiver);
  socket.write(Buffer.alloc(16 * 1024 * 1024 + 1, 'x'));
  expect((await answers.next()).value).toMatch(/refused: a batch has more than/);
});

test('it fails as it is told, and what was dropped has been kept', async () => {
  const { receiver, lines } = await useReceiver({
    tcpPort: 0,
    risks: [
      { mishap: 503, share: 0.5 },
      { mishap: 'drop', share: 0.5 },
    ],
    seed: 3,
  });
  const said: unknown[] = [];
  for (let id = 0; id < 8; id++) {
    const { socket, answers } = await dial(receiver);
    socket.write(`{"id":${id}}\n\n`);
    said.push((await answers.next()).value);
  }
  const dropped = said.filter((answer) => answer === undefined);
  expect(said.filter((answer) => answer === 'refused: asked to fail').length + dropped.length).toBe(8);
  expect(dropped.length).toBeGreaterThan(0);
  expect(lines()).toHaveLength(dropped.length);
  expect(receiver.tally.failed).toBe(8);
});

interface Dialled {
  readonly socket: Socket;
  readonly answers: AsyncIterator<string>;
}

async function dial({ tcpUrl = '' }: Receiver): Promise<Dialled> {
  const { hostname, port } = new URL(tcpUrl);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  onTestFinished(() => void socket.destroy());
  // What a test has sent may be refused before its end.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, answers: createInterface({ input: socket })[Symbol.asyncIterator]() };
}
