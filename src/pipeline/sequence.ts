import type { Change, Range, Sink, Written } from '../contract.ts';

/** Writes the pages of a range one after the other. After a failed write nothing later is written. */
export class Sequence {
  readonly #sink: Sink;
  #last: Promise<unknown> = Promise.resolve();

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  /** Resolves once every change is durable; rejects once nothing of this page is under way. */
  write(changes: readonly Change[], range: Range): Promise<Written> {
    const written = this.#last.then(() => this.#sink.write(changes, range));
    this.#last = written;
    return written;
  }
}
