import type { Change, Range } from '../contract.ts';
import { asBuffer } from '../support/buffers.ts';
import { jsonText } from './json-text.ts';
import { Original } from './original.ts';

/**
 * A change as a transform sees it. Its document is parsed when it is first looked at, which must be before its page is
 * over: the bytes are another's after that.
 */
export class UserChange {
  readonly kind: Change['kind'];
  readonly operation: Change['operation'];
  readonly lsn: number | undefined;
  /** Seconds since 1970. */
  readonly time: number | undefined;
  /** As `40-80`. */
  readonly range: string;
  #change: Change | undefined;
  #original: Original | undefined;
  #document: Readonly<Record<string, unknown>> | undefined;

  constructor(change: Change, { min, max }: Range) {
    this.#change = change;
    this.kind = change.kind;
    this.operation = change.operation;
    this.lsn = change.lsn;
    this.time = change.time;
    this.range = `${min}-${max}`;
    // What is set beside the document would be lost.
    Object.freeze(this);
  }

  /** May be changed in place. */
  get document(): Readonly<Record<string, unknown>> {
    if (!this.#document) {
      this.#original = new Original(asBuffer(this.#open().document));
      this.#document = this.#original.document;
    }
    return this.#document;
  }

  get id(): unknown {
    return this.#keyParts()[0];
  }

  get partitionKey(): unknown[] {
    return this.#keyParts().slice(1);
  }

  /** JSON text of what was made of the change: what is still as it was in its document keeps its bytes. */
  print(document: object): Buffer {
    return jsonText(document, this.#original);
  }

  /** The same of its document; `undefined` when nobody has looked at it. */
  ownText(): Buffer | undefined {
    return this.#original && jsonText(this.#original.document, this.#original);
  }

  /** To be called when the page is over. A document that has been looked at stays, without the bytes that it was read from. */
  end(): void {
    this.#change = undefined;
    this.#original = undefined;
  }

  #keyParts(): unknown[] {
    return JSON.parse(`[${this.#open().key}]`) as unknown[];
  }

  #open(): Change {
    if (this.#change) return this.#change;
    throw new Error('a change is gone when its page is over: keep its document, or its id, instead of the change');
  }
}
