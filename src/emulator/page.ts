/** Collects documents into the body of a page, `{"_rid":…,"Documents":[…],"_count":n}`, without parsing them. */
export class Page {
  count = 0;
  #bytes: Buffer;
  #length: number;

  constructor(containerRid: string) {
    this.#bytes = Buffer.allocUnsafe(START_BYTES);
    this.#length = this.#bytes.write(`{"_rid":"${containerRid}","Documents":[`, 'latin1');
  }

  /** Whether another item of this length keeps the page within what one answer may hold; the first always does. */
  fits(length: number): boolean {
    return this.count === 0 || this.#length + length + SPARE_BYTES <= PAGE_BYTES_MAX;
  }

  get bytes(): number {
    return this.#length;
  }

  add(item: Uint8Array): void {
    this.#separate(item.length);
    this.#bytes.set(item, this.#length);
    this.#length += item.length;
  }

  /** Adds a document with the number of its commit as its last property. */
  addChange(document: Uint8Array, lsn: number): void {
    this.#separate(document.length + SPARE_BYTES);
    this.#bytes.set(document, this.#length);
    this.#length += document.length - 1;
    this.#length += this.#bytes.write(`,"_lsn":${lsn}}`, this.#length, 'latin1');
  }

  /** The body. The page is not to be used after this. */
  finish(): Buffer {
    this.#reserve(SPARE_BYTES);
    this.#length += this.#bytes.write(`],"_count":${this.count}}`, this.#length, 'latin1');
    return this.#bytes.subarray(0, this.#length);
  }

  #separate(length: number): void {
    this.#reserve(length + 1);
    if (this.count++ > 0) this.#bytes[this.#length++] = COMMA;
  }

  #reserve(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + length));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }
}

const START_BYTES = 64 * 1024;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;
/** Room for `_lsn` and for the end of the page. */
const SPARE_BYTES = 64;
const COMMA = 0x2c;
