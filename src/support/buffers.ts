/**
 * Large buffers that are used again. To have the system clear a new one for each page or batch, and the collector take
 * it away, costs as much as all that is done to fill it.
 */
export class Buffers {
  readonly #keptBytesMax: number;
  /** By size. */
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #lent = new WeakSet<ArrayBufferLike>();
  #keptBytes = 0;

  constructor(keptBytesMax = 64 * 1024 * 1024) {
    this.#keptBytesMax = keptBytesMax;
  }

  /** A buffer of at least so many bytes, with anything in it. One that is never given back is collected as any other. */
  take(bytes: number): Buffer {
    if (bytes < LARGE_BYTES) return Buffer.allocUnsafeSlow(bytes);
    const size = 2 ** Math.ceil(Math.log2(bytes));
    const kept = this.#free.get(size)?.pop();
    if (kept) this.#keptBytes -= size;
    const memory = kept ?? Buffer.allocUnsafeSlow(size).buffer;
    this.#lent.add(memory);
    return Buffer.from(memory);
  }

  /** Lets the collector have what is kept for later. */
  forget(): void {
    this.#free.clear();
    this.#keptBytes = 0;
  }

  /** Takes the memory that a view is of, if it came from here. To be called when nobody looks at it any more. */
  giveBack({ buffer }: Uint8Array): void {
    const size = buffer.byteLength;
    if (!this.#lent.delete(buffer) || this.#keptBytes + size > this.#keptBytesMax) return;
    const free = this.#free.get(size) ?? [];
    this.#free.set(size, free);
    free.push(buffer as ArrayBuffer);
    this.#keptBytes += size;
  }
}

/** One for all, or each would keep its own. */
export const buffers = new Buffers();

/** The same bytes as a buffer. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Below this a new one costs less than to keep account of it. */
const LARGE_BYTES = 64 * 1024;
