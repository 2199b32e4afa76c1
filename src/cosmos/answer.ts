import type { Dispatcher } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Buffer;
}

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Sends a request; resolves with the whole of its answer, in one buffer. Rejects when there is none, or when the signal
 * aborts. Goes without streams, which make a buffer of every piece and then another of them all.
 */
export function ask(agent: Dispatcher, request: Dispatcher.DispatchOptions, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    agent.dispatch(request, new Collector(signal, resolve, reject));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #signal: AbortSignal;
  readonly #resolve: (answer: Answer) => void;
  readonly #reject: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: AnswerHeaders = {};
  #body = Buffer.alloc(0);
  #length = 0;

  constructor(signal: AbortSignal, resolve: (answer: Answer) => void, reject: (error: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#abort);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal.aborted) this.#abort();
  }

  onResponseStart(_: unknown, status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.#headers = headers;
    this.#body = Buffer.allocUnsafeSlow(Math.min(Number(headers['content-length'] ?? 0), BODY_BYTES_AT_ONCE));
  }

  onResponseData(_: unknown, piece: Buffer): void {
    const length = this.#length + piece.length;
    if (length > this.#body.length) this.#grow(length);
    this.#body.set(piece, this.#length);
    this.#length = length;
  }

  onResponseEnd(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#resolve({ status: this.#status, headers: this.#headers, body: this.#body.subarray(0, this.#length) });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#reject(error);
  }

  /** For answers that do not say how long they are, or say more than is believed. */
  #grow(length: number): void {
    const body = Buffer.allocUnsafeSlow(Math.max(2 * this.#body.length, length));
    body.set(this.#body.subarray(0, this.#length));
    this.#body = body;
  }

  readonly #abort = (): void => this.#controller?.abort(this.#signal.reason);
}

/** So much is taken from the system before anything has come. */
const BODY_BYTES_AT_ONCE = 8 * 1024 * 1024;
