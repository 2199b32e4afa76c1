import type { Change } from '../../contract.ts';

export interface BatchLimits {
  readonly countMax: number;
  /** Of documents; a single one may be larger. */
  readonly bytesMax: number;
}

/**
 * Cuts writes into batches, in the order of the changes. What was cut once stays together when it is written again, so
 * that a receiver which has taken a batch, and could not say so, knows it again.
 */
export class Batches {
  readonly #limits: BatchLimits;
  /** By the first change of each. */
  readonly #known = new WeakMap<Change, readonly Change[]>();

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  of(changes: readonly Change[]): readonly (readonly Change[])[] {
    const batches: (readonly Change[])[] = [];
    for (let at = 0; at < changes.length; at += (batches.at(-1) as readonly Change[]).length) {
      batches.push(this.#knownAt(changes, at) ?? this.#cut(changes, at));
    }
    return batches;
  }

  /** Two batches instead of one that has at least two changes. */
  halve(batch: readonly Change[]): readonly (readonly Change[])[] {
    const middle = batch.length >> 1;
    return [batch.slice(0, middle), batch.slice(middle)].map((half) => this.#remember(half));
  }

  #knownAt(changes: readonly Change[], at: number): readonly Change[] | undefined {
    const known = this.#known.get(changes[at] as Change);
    return known?.every((change, index) => changes[at + index] === change) ? known : undefined;
  }

  #cut(changes: readonly Change[], from: number): readonly Change[] {
    const { countMax, bytesMax } = this.#limits;
    let bytes = (changes[from] as Change).document.length;
    let to = from + 1;
    for (; to < changes.length && to - from < countMax; to++) {
      bytes += (changes[to] as Change).document.length;
      if (bytes > bytesMax || this.#knownAt(changes, to)) break;
    }
    return this.#remember(changes.slice(from, to));
  }

  #remember(batch: readonly Change[]): readonly Change[] {
    this.#known.set(batch[0] as Change, batch);
    return batch;
  }
}
