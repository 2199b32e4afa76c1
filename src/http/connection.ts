import type { Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';
import { HttpFailure } from './failure.ts';
import type { Answer } from './message.ts';
import type { Origin } from './origin.ts';

export interface ConnectionOptions {
  readonly timeoutMs: number;
  /** It may be asked again. Called before the answer is handed out. */
  readonly onIdle: (connection: Connection) => void;
  /** It will not answer any more. */
  readonly onGone: (connection: Connection) => void;
}

/**
 * One connection, which answers one request at a time. It connects while its first request waits; between two requests
 * it is idle, and does not keep the process; when anything goes wrong it is gone.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #isConnected = false;
  #isGone = false;
  #hasAnswered = false;
  #isSent = false;
  #exchange: Exchange | undefined;
  /** Of the step that the request is in, when it keeps the process, or of being idle. */
  #timer: NodeJS.Timeout | undefined;
  /** Whether its time is up, and nothing has come since. */
  #isLate = false;
  #idleUntil = 0;
  /** Whether a request was lost that the server, closing an idle connection, may never have seen. */
  wasStale = false;

  constructor(origin: Origin, options: ConnectionOptions) {
    this.#options = options;
    const callback = (length: number): boolean => this.#take(length);
    this.#socket = origin
      .connect({ buffer: READ_BUFFER, callback }, () => this.#send())
      .on('error', (error) => this.#lose(error))
      .on('end', () => this.#end())
      .on('close', () => this.#end());
    this.#closed = new Promise((resolve) => this.#socket.once('close', () => resolve()));
  }

  /** Rejects when the answer does not come, or when a signal aborts; the connection is gone then. */
  ask(question: Question, signals: readonly AbortSignal[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#exchange = { question, signals, reader: new AnswerReader(question.method), resolve, reject };
      for (const signal of signals) signal.addEventListener('abort', this.#abort);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#late, this.#options.timeoutMs);
      if (this.#isConnected) this.#send();
    });
  }

  /** Whether the server is still expected to listen. Timers are late when there is much to do. */
  isFresh(): boolean {
    return !this.#isGone && performance.now() < this.#idleUntil;
  }

  /** Rejects what is asked. Resolves when the connection is closed. */
  close(): Promise<void> {
    this.#fail(new HttpFailure('closed', 'the connections were closed'));
    return this.#closed;
  }

  #send(): void {
    this.#isConnected = true;
    if (!this.#exchange) return;
    const { head, body } = this.#exchange.question;
    this.#isSent = false;
    this.#proceed();
    // They go out in one piece.
    this.#socket.cork();
    this.#socket.write(head, 'latin1', body.length === 0 ? this.#sent : undefined);
    if (body.length > 0) this.#socket.write(body, this.#sent);
    this.#socket.uncork();
  }

  readonly #sent = (): void => {
    if (this.#isGone) return;
    this.#isSent = true;
    // A large body takes its time; only then is the answer waited for.
    if (this.#exchange) this.#proceed();
    else this.#options.onIdle(this);
  };

  /** Called whenever the buffer that all connections share holds something for this one, which is gone on return. */
  #take(length: number): boolean {
    if (this.#isGone) return true;
    const reader = this.#exchange?.reader;
    if (!reader) {
      // Say, that it is about to close; no question was asked.
      this.#leave();
      return true;
    }
    try {
      reader.take(READ_BUFFER, length);
    } catch (error) {
      this.#fail(error);
      return true;
    }
    if (reader.isWhole) this.#finish();
    else if (reader.isInBody) this.#proceed();
    return true;
  }

  #finish(): void {
    const exchange = this.#settle();
    if (!exchange) return;
    const answer = exchange.reader.answer();
    const idleMs = exchange.reader.isKeptAlive ? idleMsOf(answer) : 0;
    this.#hasAnswered = true;
    if (idleMs > 0) this.#rest(idleMs);
    else this.#leave();
    exchange.resolve(answer);
  }

  #rest(ms: number): void {
    this.#idleUntil = performance.now() + ms;
    this.#timer = setTimeout(this.#leave, ms).unref();
    this.#socket.unref();
    // Else the server was quick, and has not read the whole question.
    if (this.#isSent) this.#options.onIdle(this);
  }

  /** The server says no more. */
  #end(): void {
    try {
      this.#exchange?.reader.end();
    } catch (error) {
      this.#lose(error);
    }
    if (this.#exchange) this.#finish();
    this.#leave();
  }

  /** The connection is lost, by no doing of ours. */
  #lose(error: unknown): void {
    if (this.#isGone) return;
    this.wasStale = this.#hasAnswered && this.#exchange?.reader.hasBegun === false;
    this.#fail(this.#isConnected ? error : whyNotConnected(error));
  }

  readonly #abort = (): void => {
    this.#fail(this.#exchange?.signals.find(({ aborted }) => aborted)?.reason);
  };

  readonly #late = (): void => {
    this.#isLate = true;
    // When it was this process that was busy, or stopped, the answer may be there and is read before that.
    setImmediate(() => {
      const what = this.#isConnected ? 'an answer' : 'a connection';
      if (this.#isLate) this.#fail(new HttpFailure('timeout', `waited ${this.#options.timeoutMs} ms for ${what}`));
    });
  };

  /** The request has come a step further. */
  #proceed(): void {
    this.#isLate = false;
    this.#timer?.refresh();
  }

  #fail(error: unknown): void {
    const exchange = this.#settle();
    this.#leave();
    exchange?.reject(error);
  }

  /** Nothing is asked any more. */
  #settle(): Exchange | undefined {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    this.#isLate = false;
    clearTimeout(this.#timer);
    for (const signal of exchange?.signals ?? []) signal.removeEventListener('abort', this.#abort);
    return exchange;
  }

  readonly #leave = (): void => {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#options.onGone(this);
  };
}

/** A request, as it goes over the wire. */
export interface Question {
  readonly method: string;
  readonly head: string;
  readonly body: string | Uint8Array;
}

interface Exchange {
  readonly question: Question;
  readonly signals: readonly AbortSignal[];
  readonly reader: AnswerReader;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * All connections are read into this one, which is what makes them cheap: a socket otherwise gets a new buffer of 64 KB
 * for every piece of an answer, and those are thrown away outside of the heap, where the collector sees them late.
 */
const READ_BUFFER = Buffer.allocUnsafeSlow(64 * 1024);

/** How long it may be idle: less than the server says that it waits. */
function idleMsOf({ headers }: Answer): number {
  const seconds = /(?:^|[\s,;])timeout=(\d{1,6})/i.exec(headers.get('keep-alive') ?? '')?.[1];
  return seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1000 - IDLE_MARGIN_MS, IDLE_MS_MAX);
}

const IDLE_MS = 4000;
const IDLE_MARGIN_MS = 2000;
const IDLE_MS_MAX = 600_000;

/** Of a name with several addresses there are several reasons. That one was silent is the one to know. */
function whyNotConnected(error: unknown): unknown {
  if (!(error instanceof AggregateError)) return error;
  const reasons = error.errors as readonly NodeJS.ErrnoException[];
  const words = reasons.map(({ message }) => message).join(', ');
  if (reasons.some(({ code }) => code === 'ETIMEDOUT')) return new HttpFailure('timeout', words, error);
  return Object.assign(new Error(words, { cause: error }), { code: (error as NodeJS.ErrnoException).code });
}
