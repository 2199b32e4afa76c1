import type { Change } from '../contract.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';

/** Looks for its key and facts when it is asked: who passes documents on as they are need not pay for them. */
export class FeedChange implements Change {
  readonly kind = 'upsert';
  readonly document: Buffer;
  readonly #reader: DocumentKey;
  #key: string | undefined;

  constructor(document: Buffer, reader: DocumentKey) {
    this.document = document;
    this.#reader = reader;
  }

  get key(): string {
    if (this.#key === undefined) {
      this.#reader.scan(this.document, 0);
      this.#key = this.#reader.key;
    }
    return this.#key;
  }

  get version(): string | undefined {
    return this.#fact('_etag');
  }

  get lsn(): number | undefined {
    return this.#fact('_lsn');
  }

  get time(): number | undefined {
    return this.#fact('_ts');
  }

  #fact<Value>(name: string): Value | undefined {
    this.#reader.scan(this.document, 0);
    const text = this.#reader.systemProperty(name);
    return text === undefined ? undefined : JSON.parse(text);
  }
}
