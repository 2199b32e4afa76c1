import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Change, Sink } from '../../../src/contract.ts';
import { Circuit, type CircuitOptions } from '../../../src/sinks/http/circuit.ts';
import { httpReceiver, type ReceiverOptions } from '../../../src/sinks/http/receiver.ts';
import { type HttpSinkOptions, httpSink } from '../../../src/sinks/http/sink.ts';
import { FOR_GOOD, Undelivered } from '../../../src/sinks/undelivered.ts';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a server does with its `nth` request, of which it has the whole. */
export type Answering = (response: ServerResponse, request: Received, nth: number) => unknown;

export interface Server {
  readonly url: string;
  readonly requests: readonly Received[];
}

/** A receiver that does what the test says. Ends with the test. */
export async function serve(answer: Answering): Promise<Server> {
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const received = { method, path: url, headers, body: Buffer.concat(pieces) };
      answer(response, received, requests.push(received) - 1);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/changes?code=1`, requests };
}

/** Answers with a status and nothing else. */
export function status(code: number, headers: Record<string, string> = {}): Answering {
  return (response) => response.writeHead(code, headers).end();
}

export type SinkOptions = Partial<ReceiverOptions> & {
  readonly sink?: Partial<HttpSinkOptions>;
  readonly circuit?: Partial<CircuitOptions>;
};

export const ORIGIN = { source: 'cosmos://account/shop/orders', rid: 'rid1', run: 'run1' };

/** A sink as the command makes it, but that it is quick to try again. Closed with the test. */
export function openSink(url: string, { sink = {}, circuit = {}, ...receiver }: SinkOptions = {}): Sink {
  const connection = httpReceiver(new URL(url), {
    method: 'POST',
    headers: {},
    compression: undefined,
    secrets: [],
    isConflictDuplicate: false,
    timeoutMs: 20_000,
    connections: 16,
    signal: new AbortController().signal,
    allowLinkLocal: false,
    ...receiver,
  });
  const guard = new Circuit({ failuresMax: 1000, openMs: [1, 1], onOpen: () => {}, onClose: () => {}, ...circuit });
  const opened = httpSink(connection, guard, {
    name: new URL(url).origin,
    origin: ORIGIN,
    body: { format: 'ndjson', isArray: false, source: ORIGIN.source },
    batch: { countMax: 1, bytesMax: 1024 * 1024 },
    concurrency: 16,
    ...sink,
  });
  onTestFinished(() => opened.close());
  return opened;
}

/** What a write fails with. */
export async function failureOf(write: Promise<unknown>): Promise<unknown> {
  const failure = await write.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failure === undefined) throw new Error('the write was expected to fail');
  return failure instanceof Undelivered && failure.retryAfterMs === FOR_GOOD ? failure.reason : failure;
}

/** Documents in the bodies that came, in that order, of bodies of one a line. */
export function documentsIn(requests: readonly Received[]): string[] {
  return requests.flatMap(({ body }) => body.toString('utf8').split('\n').slice(0, -1));
}

export function batched(countMax: number): Pick<HttpSinkOptions, 'batch'> {
  return { batch: { countMax, bytesMax: 1024 * 1024 } };
}

export function textsOf(changes: readonly Change[]): string[] {
  return changes.map(({ document }) => Buffer.from(document).toString('utf8'));
}
