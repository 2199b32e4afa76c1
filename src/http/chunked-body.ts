import type { Body } from './body.ts';
import { HttpFailure } from './failure.ts';
import { GrowingBuffer } from './growing-buffer.ts';

/**
 * A body in chunks (RFC 9112, section 7.1). Each has a line with its size, its bytes, and a line end; one of no bytes is
 * the last, and after it come trailers, which nobody needs, and an empty line.
 */
export class ChunkedBody implements Body {
  readonly #bytes: GrowingBuffer;
  #step: Step = STEP.size;
  /** Of the chunk: the digits that were read, or the bytes that are to come. */
  #digits = 0;
  #left = 0;
  /** Of extensions and trailers. */
  #asides = 0;

  constructor(lengthMax: number) {
    this.#bytes = new GrowingBuffer(BYTES_AT_FIRST, lengthMax);
  }

  get isWhole(): boolean {
    return this.#step === STEP.whole;
  }

  take(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && this.#step !== STEP.whole) {
      if (this.#step === STEP.data) at = this.#takeData(bytes, at, to);
      else this.#step = this.#stepAfter(bytes[at++] as number);
    }
    return at;
  }

  endWithConnection(): boolean {
    return false;
  }

  content(): Buffer {
    return this.#bytes.whole();
  }

  #takeData(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + this.#left);
    this.#bytes.append(bytes, from, end);
    this.#left -= end - from;
    if (this.#left === 0) this.#step = STEP.dataCr;
    return end;
  }

  #stepAfter(byte: number): Step {
    switch (this.#step) {
      case STEP.size:
        return this.#stepAfterDigit(byte);
      case STEP.extension:
        return byte === CR ? STEP.sizeLf : this.#aside(byte, STEP.extension);
      case STEP.sizeLf:
        this.#digits = 0;
        return expected(byte, LF, this.#left === 0 ? STEP.trailer : STEP.data);
      case STEP.dataCr:
        return expected(byte, CR, STEP.dataLf);
      case STEP.dataLf:
        return expected(byte, LF, STEP.size);
      case STEP.trailer:
        return byte === CR ? STEP.lastLf : this.#aside(byte, STEP.trailerRest);
      case STEP.trailerRest:
        return byte === CR ? STEP.trailerLf : this.#aside(byte, STEP.trailerRest);
      case STEP.trailerLf:
        return expected(byte, LF, STEP.trailer);
      default:
        return expected(byte, LF, STEP.whole);
    }
  }

  #stepAfterDigit(byte: number): Step {
    const digit = digitOf(byte);
    if (digit >= 0 && this.#digits < DIGITS_MAX) {
      this.#left = this.#left * 16 + digit;
      this.#digits++;
      return STEP.size;
    }
    if (this.#digits > 0 && byte === CR) return STEP.sizeLf;
    if (this.#digits > 0 && EXTENSION_STARTS.has(byte)) return STEP.extension;
    throw malformed(byte);
  }

  #aside(byte: number, next: Step): Step {
    if (byte === LF) throw malformed(byte);
    if (++this.#asides > ASIDES_MAX) throw new HttpFailure('too-large', 'chunks with too much beside them');
    return next;
  }
}

type Step = (typeof STEP)[keyof typeof STEP];

const STEP = Object.freeze({
  size: 0,
  extension: 1,
  sizeLf: 2,
  data: 3,
  dataCr: 4,
  dataLf: 5,
  trailer: 6,
  trailerRest: 7,
  trailerLf: 8,
  lastLf: 9,
  whole: 10,
});

const CR = 0x0d;
const LF = 0x0a;
/** `;`, and the spaces that may stand before it. */
const EXTENSION_STARTS: ReadonlySet<number> = new Set([0x3b, 0x20, 0x09]);
/** No more than a number holds exactly, and larger than any answer may be. */
const DIGITS_MAX = 8;
const ASIDES_MAX = 64 * 1024;
const BYTES_AT_FIRST = 64 * 1024;

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function expected(byte: number, wanted: number, next: Step): Step {
  if (byte !== wanted) throw malformed(byte);
  return next;
}

function malformed(byte: number): HttpFailure {
  return new HttpFailure('not-http', `0x${byte.toString(16)} where chunks have their sizes and ends`);
}
