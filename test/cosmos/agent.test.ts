import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Agent } from '../../src/cosmos/agent.ts';
import { selfSigned } from '../../src/emulator/certificate.ts';
import { BODY_BYTES_MAX } from '../../src/http/body.ts';
import { get, ok, serve } from '../http/scripted-server.ts';

const NO_SIGNALS: readonly AbortSignal[] = [];

test('an answer is whole, its headers joined by name', async () => {
  const { port } = await serve((socket) => socket.write(ok('body', 'x-a: 1\r\nX-B: 2\r\nx-a: 3\r\n')));
  const { status, headers, body } = await useAgent().ask(get(port), NO_SIGNALS);
  expect([status, headers.get('x-a'), headers.get('x-b'), body.toString()]).toEqual([200, '1, 3', '2', 'body']);
});

describe('a request is given up', () => {
  test.each<[string, (socket: Socket) => unknown, string]>([
    ['when nothing comes', () => {}, 'timeout'],
    ['when no more comes', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx'), 'timeout'],
    ['when the connection ends before', (socket) => socket.destroy(), 'closed'],
    ['when what comes is not HTTP', (socket) => socket.write('220 mail.example ESMTP\r\n'), 'not-http'],
    [
      'when the answer is larger than any of the service',
      (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${2 ** 30}\r\n\r\n`);
        socket.write(Buffer.alloc(BODY_BYTES_MAX + 1));
      },
      'too-large',
    ],
  ])('%s', async (_, answer, reason) => {
    const { port } = await serve(answer);
    const asked = useAgent({ timeoutMs: reason === 'timeout' ? 50 : 20_000 }).ask(get(port), NO_SIGNALS);
    await expect(asked).rejects.toMatchObject({ name: 'HttpFailure', reason });
  });

  test('when any of its signals aborts, with that reason', async () => {
    const stop = new AbortController();
    const { port } = await serve(() => stop.abort(new Error('enough')));
    const asked = useAgent().ask(get(port), [new AbortController().signal, stop.signal]);
    await expect(asked).rejects.toThrow('enough');
  });
});

test('a server is trusted by the authority that is given, and by that alone', async () => {
  const tls = selfSigned();
  const { port, requests } = await serve((socket) => socket.write(ok('x')), { tls });
  const request = get(port, '/', 'https');
  await expect(useAgent({ ca: selfSigned().cert }).ask(request, NO_SIGNALS)).rejects.toMatchObject({
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  });
  expect(requests).toEqual([]);
  expect((await useAgent({ ca: tls.cert }).ask(request, NO_SIGNALS)).body.toString()).toBe('x');
});

function useAgent(options: Partial<ConstructorParameters<typeof Agent>[0]> = {}): Agent {
  const agent = new Agent({ timeoutMs: 20_000, ...options });
  onTestFinished(() => agent.destroy());
  return agent;
}
