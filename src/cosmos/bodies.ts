/**
 * Buffers for the bodies of requests, to be used again: to have the system clear a new one for each batch, and the
 * collector take it away, costs as much as all that is done to fill it.
 */
export class Bodies {
  readonly #free: Buffer[] = [];

  /** A buffer of at least so many bytes, with anything in it. */
  take(bytes: number): Buffer {
    if (bytes > BODY_BYTES) return Buffer.allocUnsafeSlow(bytes);
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(BODY_BYTES);
  }

  /** To be called when nothing reads the buffer any more. */
  giveBack(body: Buffer): void {
    if (body.length === BODY_BYTES) this.#free.push(body);
  }
}

/** Holds a full batch; what is larger is a single document, and rare. */
const BODY_BYTES = 256 * 1024;
