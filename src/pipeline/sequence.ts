import type { Change, Range, Sink, Written } from '../contract.ts';

/** Writes pages one after the other, each once the one before it is committed. After a failure nothing later is written. */
export class Sequence {
  readonly #sink: Sink;
  #committed: Promise<void> = Promise.resolve();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Resolves once every change is durable; rejects once nothing of this page is under way. */
  write(changes: readonly Change[], range: Range): Promise<Written> {
    return this.#committed.then(() => this.#sink.write(changes, range));
  }

  /** Tells when the page that was last given to `write` is committed. */
  follows(committed: Promise<void>): void {
    this.#committed = committed;
  }
}
