import { onTestFinished } from 'vitest';
import type { Output } from '../../src/receiver/output.ts';
import { type Receiver, type ReceiverOptions, startReceiver } from '../../src/receiver/receiver.ts';

export interface ReceiverRig {
  readonly receiver: Receiver;
  /** What is stored. */
  lines(): string[];
  post(body: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** A receiver of one test, that keeps what it gets in memory if nothing else is said. */
export async function useReceiver(options: Partial<ReceiverOptions> & { output?: Output } = {}): Promise<ReceiverRig> {
  const stored: Buffer[] = [];
  const inMemory: Output = { append: async (lines) => void stored.push(Buffer.from(lines)), close: async () => {} };
  const { output = inMemory, ...rest } = options;
  const receiver = await startReceiver(output, { ...RECEIVER, ...rest });
  onTestFinished(() => receiver.close());
  return {
    receiver,
    lines: () => Buffer.concat(stored).toString().split('\n').slice(0, -1),
    post: (body, headers = {}) =>
      fetch(receiver.url, { method: 'POST', headers: { 'content-type': NDJSON, ...headers }, body: body as string }),
  };
}

export const NDJSON = 'application/x-ndjson';

/** Keeps nothing. */
export const NOWHERE: Output = { append: async () => {}, close: async () => {} };

/** Takes everything at any port. */
export const RECEIVER: ReceiverOptions = {
  host: '127.0.0.1',
  port: 0,
  tcpPort: undefined,
  path: '/',
  secrets: [],
  dedupeMs: 600_000,
  risks: [],
  seed: 1,
  max: undefined,
  idleMs: undefined,
};
