import { ChunkedBody } from './chunked-body.ts';
import { HttpFailure } from './failure.ts';
import { GrowingBuffer } from './growing-buffer.ts';
import type { Head } from './head.ts';

/** What follows the head of an answer. Copies the bytes that it is given. */
export interface Body {
  /** Whether all of it has come. */
  readonly isWhole: boolean;
  /** Takes its part of the bytes from `from` to `to`, and tells where the part ends. */
  take(bytes: Buffer, from: number, to: number): number;
  /** The connection has ended. Whether that is how this body ends. */
  endWithConnection(): boolean;
  content(): Buffer;
}

/** The body that a head announces (RFC 9112, section 6.3). */
export function bodyOf({ status, headers }: Head, method: string): Body {
  const encoding = headers.get('transfer-encoding')?.toLowerCase();
  const length = headers.get('content-length');
  if (encoding !== undefined && length !== undefined) throw new HttpFailure('not-http', 'an answer with two lengths');
  if (encoding !== undefined && encoding !== 'chunked') throw new HttpFailure('not-http', `"${encoding}" as encoding`);
  // Several lengths come as one, with commas: right or wrong, nobody has a reason to send them.
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new HttpFailure('not-http', `"${length}" as a length`);
  if (method === 'HEAD' || BODILESS.has(status)) return new SizedBody(0);
  if (encoding !== undefined) return new ChunkedBody(BODY_BYTES_MAX);
  return length === undefined ? new OpenBody() : new SizedBody(Number(length));
}

/** Azure Cosmos DB answers at most 4 MB; a transaction may make a change-feed page larger than that. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

class SizedBody implements Body {
  readonly #size: number;
  readonly #bytes: GrowingBuffer;

  constructor(size: number) {
    if (size > BODY_BYTES_MAX) throw new HttpFailure('too-large', `an answer of ${size} bytes`);
    this.#size = size;
    this.#bytes = new GrowingBuffer(size, BODY_BYTES_MAX);
  }

  get isWhole(): boolean {
    return this.#bytes.length === this.#size;
  }

  take(bytes: Buffer, from: number, to: number): number {
    const end = Math.min(to, from + this.#size - this.#bytes.length);
    this.#bytes.append(bytes, from, end);
    return end;
  }

  endWithConnection(): boolean {
    return false;
  }

  content(): Buffer {
    return this.#bytes.whole();
  }
}

/** Ends with its connection. */
class OpenBody implements Body {
  readonly #bytes = new GrowingBuffer(OPEN_BYTES, BODY_BYTES_MAX);
  isWhole = false;

  take(bytes: Buffer, from: number, to: number): number {
    this.#bytes.append(bytes, from, to);
    return to;
  }

  endWithConnection(): boolean {
    this.isWhole = true;
    return true;
  }

  content(): Buffer {
    return this.#bytes.whole();
  }
}

const OPEN_BYTES = 16 * 1024;
