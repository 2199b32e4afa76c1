import type { Change, Range } from '../contract.ts';

/** A change as a transform sees it. Its document is parsed when it is first looked at. */
export class UserChange {
  readonly kind: Change['kind'];
  readonly operation: Change['operation'];
  readonly lsn: number | undefined;
  /** Seconds since 1970. */
  readonly time: number | undefined;
  /** As `40-80`. */
  readonly range: string;
  readonly #change: Change;
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
    return (JSON.parse(`[${this.#change.key}]`) as unknown[])[0];
  }

  get partitionKey(): unknown[] {
    return (JSON.parse(`[${this.#change.key}]`) as unknown[]).slice(1);
  }

  /** JSON text of the document if it was changed in place; `undefined` when its bytes still say what it is. */
  changedText(): string | undefined {
    if (!this.#document) return undefined;
    const text = JSON.stringify(this.#document);
    return text === JSON.stringify(JSON.parse(this.#text())) ? undefined : text;
  }

  #text(): string {
    return Buffer.from(this.#change.document).toString('utf8');
  }
}
