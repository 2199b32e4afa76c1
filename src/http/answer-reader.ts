import { assert } from '../support/assert.ts';
import { type Body, bodyOf } from './body.ts';
import { HttpFailure } from './failure.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import { type Head, readHead } from './head.ts';
import type { Answer } from './message.ts';

/**
 * Reads one answer out of the pieces in which it arrives. Keeps none of them, but copies: whoever reads a connection
 * may use the same buffer for all pieces. Throws on what is not HTTP.
 */
export class AnswerReader {
  readonly #method: string;
  /** The beginning of a head whose end has not come. */
  #begun: GrowingBuffer | undefined;
  #headBytes = 0;
  #head: Head | undefined;
  #body: Body | undefined;
  /** Whether something came after the end. */
  #isOverfull = false;

  constructor(method: string) {
    this.#method = method;
  }

  /** Whether anything has come. */
  get hasBegun(): boolean {
    return this.#begun !== undefined || this.#headBytes > 0;
  }

  /** Whether the head is over. */
  get isInBody(): boolean {
    return this.#body !== undefined;
  }

  get isWhole(): boolean {
    return this.#body?.isWhole ?? false;
  }

  /** Whether another request may follow. Of whole answers. */
  get isKeptAlive(): boolean {
    return this.#head?.isKeptAlive === true && !this.#isOverfull;
  }

  /** Takes the first `length` bytes. */
  take(bytes: Buffer, length: number): void {
    let at = 0;
    while (this.#body === undefined && at < length) at = this.#takeHead(bytes, at, length);
    if (this.#body) at = this.#body.take(bytes, at, length);
    if (this.isWhole && at < length) this.#isOverfull = true;
  }

  /** The connection has ended. Throws when the answer had not. */
  end(): void {
    if (this.#body?.endWithConnection() && this.#head) this.#head = { ...this.#head, isKeptAlive: false };
    if (!this.isWhole)
      throw new HttpFailure('closed', this.hasBegun ? 'the answer was cut off' : 'the connection ended');
  }

  /** The whole of it. */
  answer(): Answer {
    assert(this.#head !== undefined && this.#body?.isWhole === true, 'an answer is asked for when it is whole');
    return { status: this.#head.status, headers: this.#head.headers, body: this.#body.content() };
  }

  #takeHead(bytes: Buffer, from: number, to: number): number {
    if (this.#begun) return from + this.#takeMoreHead(this.#begun, bytes.subarray(from, to));
    const piece = bytes.subarray(from, to);
    const end = headEnd(piece, 0);
    if (end >= 0) {
      this.#endHead(piece.toString('latin1', 0, end));
      return from + end;
    }
    this.#begun = new GrowingBuffer(HEAD_BYTES_USUAL, HEAD_BYTES_MAX - this.#headBytes);
    this.#begun.append(piece, 0, piece.length);
    return to;
  }

  #takeMoreHead(begun: GrowingBuffer, piece: Buffer): number {
    const before = begun.length;
    const max = HEAD_BYTES_MAX - this.#headBytes;
    // Some of this may belong to the body already.
    begun.append(piece, 0, Math.min(piece.length, max - before));
    const view = begun.view();
    const end = headEnd(view, before);
    if (end < 0 && view.length === max)
      throw new HttpFailure('too-large', `a head of more than ${HEAD_BYTES_MAX} bytes`);
    if (end < 0) return piece.length;
    this.#begun = undefined;
    this.#endHead(view.toString('latin1', 0, end));
    return end - before;
  }

  #endHead(text: string): void {
    this.#headBytes += text.length;
    if (this.#headBytes > HEAD_BYTES_MAX) throw new HttpFailure('too-large', `a head of ${this.#headBytes} bytes`);
    const head = readHead(text.slice(0, -4));
    // An answer to say that there will be an answer.
    if (head.status < 200 && head.status !== SWITCHING_PROTOCOLS) return;
    if (head.status < 200) throw new HttpFailure('not-http', 'a change of protocols that nobody asked for');
    this.#head = head;
    this.#body = bodyOf(head, this.#method);
  }
}

const HEAD_BYTES_MAX = 64 * 1024;
const HEAD_BYTES_USUAL = 4 * 1024;
const SWITCHING_PROTOCOLS = 101;
const CR = 0x0d;
const LF = 0x0a;

/** Where a head ends, after its empty line; -1 if it goes on. Of the line ends before `scanned` none is the last. */
function headEnd(bytes: Buffer, scanned: number): number {
  for (let at = 0; at < bytes.length && at < BEGINNING.length; at++) {
    if (bytes[at] !== BEGINNING[at]) throw new HttpFailure('not-http', 'an answer that does not begin as HTTP/1 does');
  }
  for (let at = bytes.indexOf(LF, scanned); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at - 1] !== CR) throw new HttpFailure('not-http', 'a line that ends with half a line end');
    if (bytes[at - 2] === LF) return at + 1;
  }
  return -1;
}

const BEGINNING = Buffer.from('HTTP/1.');
