import { connect, type LookupFunction, type Socket } from 'node:net';
import pLimit from 'p-limit';
import type { Change, Sink } from '../contract.ts';
import { ndjson } from '../formats/ndjson.ts';
import { formatDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';
import { Undelivered } from './undelivered.ts';

// What is said over the connection: a batch is its documents, one a line, and an empty line. The receiver answers each
// batch, once it is durable, with the line `ack N`, where N is how many documents it had. Nothing is sent before the
// batch before it is answered. Whatever else is answered, or happens, the connection is closed, and the batch is sent
// again over another one.

export interface TcpSinkOptions {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
  /** How long nothing may happen while an answer is waited for. */
  readonly timeoutMs: number;
  /** Cuts the connection off when it aborts. */
  readonly signal: AbortSignal;
}

/** Sends changes over one connection, in the order of the writes. Durable when the receiver has said so. */
export function tcpSink(options: TcpSinkOptions): Sink {
  const { signal } = options;
  const oneAtATime = pLimit(1);
  let peer: Peer | undefined;
  signal.addEventListener('abort', () => peer?.destroy(new Error('stopped')));

  const deliver = async (changes: readonly Change[]): Promise<void> => {
    if (signal.aborted) throw new Error('stopped');
    if (!peer?.isUsable) peer = new Peer(options);
    const answer = await peer.ask(Buffer.concat([ndjson(changes.map(({ document }) => document)), END]));
    if (answer === `ack ${changes.length}`) return;
    const error = new Error(`it answered ${JSON.stringify(answer)}, not "ack ${changes.length}"`);
    peer.destroy(error);
    throw error;
  };

  return {
    write: (changes) =>
      oneAtATime(async () => {
        if (changes.length === 0) return;
        await deliver(changes).catch((error: unknown) => {
          const reason = error instanceof FlowError ? error : unavailable(options, error);
          // Addresses that are not to be connected to.
          if (reason === error) throw reason;
          throw new Undelivered(changes, { retryAfterMs: 0, reason });
        });
      }),
    close: async () => peer?.destroy(new Error('closed')),
  };
}

const END = Buffer.from('\n');
const ANSWER_LENGTH_MAX = 1000;

/** One connection, which is asked one thing at a time. */
class Peer {
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  #text = '';
  #asked: { readonly resolve: (answer: string) => void; readonly reject: (error: Error) => void } | undefined;

  constructor({ host, port, lookup, timeoutMs }: TcpSinkOptions) {
    this.#timeoutMs = timeoutMs;
    this.#socket = connect({ host, port, lookup, noDelay: true, keepAlive: true })
      .setEncoding('utf8')
      .on('data', (text: string) => this.#take(text))
      .on('timeout', () => this.destroy(new Error(`nothing happened for ${formatDuration(timeoutMs)}`)))
      .on('error', (error) => this.destroy(error))
      .on('close', () => this.destroy(new Error('the connection was closed')));
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** The line that comes next. Rejects when none does; the connection is gone then. */
  ask(bytes: Uint8Array): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#socket.setTimeout(this.#timeoutMs).write(bytes);
    });
  }

  destroy(error: Error): void {
    this.#asked?.reject(error);
    this.#asked = undefined;
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf('\n');
    if (end < 0 && this.#text.length <= ANSWER_LENGTH_MAX) return;
    const answer = this.#text.slice(0, end < 0 ? ANSWER_LENGTH_MAX : end).replace(/\r$/, '');
    // One answer to one batch: what comes unasked, or after it, could be taken for the next one.
    const isInTurn = this.#asked !== undefined && end === this.#text.length - 1;
    this.#text = '';
    this.#socket.setTimeout(0);
    if (isInTurn) this.#asked?.resolve(answer);
    else this.destroy(new Error(`it said ${JSON.stringify(answer)} out of turn`));
    this.#asked = undefined;
  }
}

function unavailable({ host, port }: TcpSinkOptions, cause: unknown): FlowError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return new FlowError('sink_unavailable', `"tcp://${host}:${port}" did not acknowledge a batch: ${message || code}`, {
    hint: 'it answers each batch with a line "ack N"; the same command goes on where it stopped',
    cause,
  });
}
