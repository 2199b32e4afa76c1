import type { Change } from '../../contract.ts';

export interface BatchLimits {
  readonly countMax: number;
  /** Of documents; a single one may be larger. */
  readonly bytesMax: number;
}

/**
 * Cuts writes into batches, in the order of the changes. What was cut once is cut at the same places when it is written
 * again, so that a receiver which has taken a batch, and could not say so, knows it again.
 */
export class Batches {
  readonly #limits: BatchLimits;
  /** The first change of each batch. */
  readonly #starts = new WeakSet<Change>();

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  of(changes: readonly Change[]): readonly (readonly Change[])[] {
    const batches: (readonly Change[])[] = [];
    for (let at = 0; at < changes.length; ) {
      const end = this.#endOf(changes, at);
      batches.push(this.#begun(changes.slice(at, end)));
      at = end;
    }
    return batches;
  }

  /** Two batches instead of one that has at least two changes. */
  halve(batch: readonly Change[]): readonly (readonly Change[])[] {
    const middle = batch.length >> 1;
    return [this.#begun(batch.slice(0, middle)), this.#begun(batch.slice(middle))];
  }

  /** Where the batch that starts there ends. */
  #endOf(changes: readonly Change[], start: number): number {
    const { countMax, bytesMax } = this.#limits;
    let bytes = (changes[start] as Change).document.length;
    let end = start + 1;
    for (; end < changes.length && end - start < countMax; end++) {
      const next = changes[end] as Change;
      bytes += next.document.length;
      if (bytes > bytesMax || this.#starts.has(next)) break;
    }
    return end;
  }

  #begun(batch: readonly Change[]): readonly Change[] {
    this.#starts.add(batch[0] as Change);
    return batch;
  }
}
