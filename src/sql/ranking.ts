import type { OrderKey } from './body.ts';
import { NOWHERE, SqlError } from './sql-error.ts';
import { order, type Value } from './value.ts';

/** A result in its place, without its value: documents are read again once it is known which are wanted. */
export interface Ranked {
  readonly keys: readonly Value[];
  readonly number: number;
  readonly row: number;
}

/** The first `wanted` of what is added, in the order of the keys and then of the documents. */
export class Ranking<Entry extends Ranked = Ranked> {
  readonly #keys: readonly Pick<OrderKey, 'descending'>[];
  readonly #wanted: number;
  #entries: Entry[] = [];

  constructor(keys: readonly Pick<OrderKey, 'descending'>[], wanted: number) {
    this.#keys = keys;
    this.#wanted = wanted;
  }

  add(entry: Entry): void {
    this.#entries.push(entry);
    if (this.#entries.length >= 2 * this.#wanted + SPARE) this.#entries = this.sorted();
    if (this.#entries.length > HELD_MAX) throw tooMany();
  }

  sorted(): Entry[] {
    this.#entries.sort((left, right) => this.compare(left, right));
    return this.#entries.slice(0, this.#wanted);
  }

  compare(left: Ranked, right: Ranked): number {
    for (const [index, { descending }] of this.#keys.entries()) {
      const sign = order(left.keys[index], right.keys[index]);
      if (sign !== 0) return descending ? -sign : sign;
    }
    return left.number - right.number || left.row - right.row;
  }
}

/** Sorting at each addition would cost more than a few entries too many. */
const SPARE = 1024;
const HELD_MAX = 1_000_000;

function tooMany(): SqlError {
  return new SqlError(`The query would have to hold more than ${HELD_MAX} results.`, NOWHERE, 'SC9002');
}
