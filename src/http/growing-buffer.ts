import { buffers } from '../support/buffers.ts';
import { HttpFailure } from './failure.ts';

/** Bytes that come in pieces, in one buffer. Copies what it is given. */
export class GrowingBuffer {
  readonly #lengthMax: number;
  #bytes: Buffer;
  #length = 0;

  /** `expected` may be wrong; longer than `lengthMax` is an error. */
  constructor(expected: number, lengthMax: number) {
    this.#lengthMax = lengthMax;
    this.#bytes = buffers.take(Math.min(expected, AT_ONCE_MAX));
  }

  get length(): number {
    return this.#length;
  }

  append(source: Buffer, from: number, to: number): void {
    const length = this.#length + to - from;
    if (length > this.#lengthMax) throw new HttpFailure('too-large', `an answer of more than ${this.#lengthMax} bytes`);
    if (length > this.#bytes.length) this.#grow(length);
    source.copy(this.#bytes, this.#length, from, to);
    this.#length = length;
  }

  /** What has come so far, in a view that is good until the next piece. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  /** All that has come, in memory that is not twice as large. */
  whole(): Buffer {
    if (2 * this.#length > this.#bytes.length) return this.view();
    this.#move(buffers.take(this.#length));
    return this.view();
  }

  #grow(length: number): void {
    this.#move(buffers.take(Math.min(Math.max(2 * this.#bytes.length, length), this.#lengthMax)));
  }

  #move(bytes: Buffer): void {
    this.#bytes.copy(bytes, 0, 0, this.#length);
    buffers.giveBack(this.#bytes);
    this.#bytes = bytes;
  }
}

/** So much is taken from the system before anything has come. */
const AT_ONCE_MAX = 8 * 1024 * 1024;
