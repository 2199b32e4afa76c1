import { fractionsFrom } from '../../src/support/random.ts';

export interface Random {
  /** At least 0, less than 1. */
  fraction(): number;
  /** At least 0, less than `end`. */
  integer(end: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** Up to `lengthMax` characters of one to four UTF-8 bytes. */
  text(lengthMax: number): string;
}

/** A stream of choices that depends on the seed alone. */
export function randomFrom(seed: number): Random {
  const fraction = fractionsFrom(seed);
  const integer = (end: number): number => Math.floor(fraction() * end);
  return {
    fraction,
    integer,
    chance: (probability) => fraction() < probability,
    pick: (items) => items[integer(items.length)] as (typeof items)[number],
    text: (lengthMax) => {
      const point = (): number => [integer(128), 0x80 + integer(0x700), 0x1f600 + integer(60)][integer(3)] as number;
      return String.fromCodePoint(...Array.from({ length: integer(lengthMax + 1) }, point));
    },
  };
}
