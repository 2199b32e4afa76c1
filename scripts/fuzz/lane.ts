import { connect, type Socket } from 'node:net';
import { type Answer, readAnswer } from './answer.ts';

/** What is written to a connection, and what may come of it. */
export interface Message {
  /** Written one after the other, each when the one before has been sent. */
  readonly pieces: readonly Buffer[];
  /** The methods of the requests in it, as far as it can be told. */
  readonly methods: readonly string[];
  /** Whether the connection is of use afterwards. */
  readonly isWhole: boolean;
}

export interface Outcome {
  readonly answers: readonly Answer[];
  readonly ms: number;
  readonly end: 'answered' | 'closed' | 'late' | 'nonsense';
}

/** One connection after the other to a server, for one message at a time. */
export class Lane {
  readonly #port: number;
  #socket: Socket | undefined;
  #onData: (chunk: Buffer) => void = () => {};
  #onClose: () => void = () => {};

  constructor(port: number) {
    this.#port = port;
  }

  /** Resolves when all has been answered, or the connection is closed, or after `limitMs`. */
  exchange({ pieces, methods, isWhole }: Message, limitMs: number): Promise<Outcome> {
    const socket = this.#open();
    const started = performance.now();
    const answers: Answer[] = [];
    let received: Buffer = Buffer.alloc(0);
    let at = 0;
    return new Promise((resolve) => {
      const finish = (end: Outcome['end']): void => {
        clearTimeout(timer);
        this.#onData = () => {};
        this.#onClose = () => {};
        const isOver = answers.at(-1)?.headers.get('connection') === 'close';
        if (end !== 'answered' || !isWhole || isOver || at < received.length) this.close();
        resolve({ answers, ms: performance.now() - started, end });
      };
      const timer = setTimeout(() => finish('late'), limitMs);
      this.#onClose = () => finish('closed');
      this.#onData = (chunk) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
        try {
          while (at < received.length) {
            const part = readAnswer(received, at, methods[answers.length] ?? 'GET');
            if (!part) return;
            answers.push(part.answer);
            at = part.end;
            if (answers.length === methods.length && isWhole) return finish('answered');
          }
        } catch {
          finish('nonsense');
        }
      };
      void this.#write(socket, pieces, isWhole);
    });
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  /** A message that is not whole ends with the end of the stream: the server need not wait for more. */
  async #write(socket: Socket, pieces: readonly Buffer[], isWhole: boolean): Promise<void> {
    for (const piece of pieces) {
      if (!socket.writable) return;
      if (pieces.length === 1) socket.write(piece);
      else await new Promise<void>((sent) => void socket.write(piece, () => setImmediate(sent)));
    }
    if (!isWhole && socket.writable) socket.end();
  }

  #open(): Socket {
    if (this.#socket && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk) => socket === this.#socket && this.#onData(chunk));
    socket.on('close', () => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#onClose();
    });
    // What follows is the end of the connection, which is what counts.
    socket.on('error', () => {});
    this.#socket = socket;
    return socket;
  }
}
