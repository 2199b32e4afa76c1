import type { Change, Range } from '../contract.ts';

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
  #document: Readonly<Record<string, unknown>> | undefined;

  constructor(change: Change, { min, max }: Range) {
    this.#change = change;
    this.kind = change.kind;
    this.operation = change.operation;
    this.lsn = change.lsn;
    this.time = change.time;
    this.range = `${min}-${max}`;
  }

  /** May be changed in place. */
  get document(): Readonly<Record<string, unknown>> {
    this.#document ??= JSON.parse(this.#text());
    return this.#document as Readonly<Record<string, unknown>>;
  }

  get id(): unknown {
    return this.#keyParts()[0];
  }

  get partitionKey(): unknown[] {
    return this.#keyParts().slice(1);
  }

  /** JSON text of the document if it was changed in place; `undefined` when its bytes still say what it is. */
  changedText(): string | undefined {
    if (!this.#document) return undefined;
    const text = JSON.stringify(this.#document);
    return text === JSON.stringify(JSON.parse(this.#text())) ? undefined : text;
  }

  /** To be called when the page is over. A document that has been looked at stays. */
  end(): void {
    this.#change = undefined;
  }

  #keyParts(): unknown[] {
    return JSON.parse(`[${this.#open().key}]`) as unknown[];
  }

  #text(): string {
    return Buffer.from(this.#open().document).toString('utf8');
  }

  #open(): Change {
    if (this.#change) return this.#change;
    throw new Error('a change is gone when its page is over: keep its document, or its id, instead of the change');
  }
}
