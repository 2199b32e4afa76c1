import type { Random } from '../../../test/support/random.ts';

/** The containers of `db` that every input may count on, and those of its own that inputs create. */
export const CONTAINERS = ['plain', 'first-version', 'tree', 'unique', 'full', 'tight', 'größe 漢字 😀'] as const;
const OWN_CONTAINERS = ['c1', 'c2', 'c3'];

export function containerName(random: Random): string {
  return random.chance(0.97) ? random.pick(CONTAINERS) : random.pick(OWN_CONTAINERS);
}

export function databaseName(random: Random): string {
  return random.chance(0.985) ? 'db' : random.pick(['shared', 'd1', 'd2', 'none']);
}

/** The id of an item of this logical partition: most often one that is there. */
export function itemName(random: Random, key: readonly unknown[]): string {
  const number = Number(String(key[0]).slice(1));
  return random.chance(0.95) ? `i${number + KEYS * random.integer(4)}` : oddName(random);
}

/** The first level of the partition key of the items that are there is `k` and their number modulo this. */
export const KEYS = 12;

/** Names with every kind of character. */
export function oddName(random: Random): string {
  return random.pick<() => string>([
    () => random.text(12),
    () =>
      random.pick(['', ' ', '.', '..', 'a b', 'a/b', 'a\\b', 'a?b', 'a#b', '%', '%41', 'a%2Fb', "a'b", 'a"b', 'a;b']),
    () =>
      random.pick(['__proto__', 'constructor', 'toString', 'null', 'undefined', 'hasOwnProperty', '-1', '0', '1e9']),
    () =>
      random.pick(['docs', 'colls', 'dbs', 'a/docs/b', 'docs/docs', '\u0000', '\u007f', '\ud800', '\ufeff', '\u202e']),
    () => 'x'.repeat(random.pick([254, 255, 256, 1022, 1023, 1024, 5000])),
    () => '漢'.repeat(random.pick([84, 85, 86, 255, 341, 342])),
  ])();
}

/** In a path, as clients write it, and now and then not. */
export function pathPart(random: Random, name: string): string {
  if (random.chance(0.99)) return encodeURIComponent(name.toWellFormed());
  return random.pick([
    name,
    encodeURI(name.toWellFormed()),
    `${encodeURIComponent(name.toWellFormed())}%`,
    '%ff%fe',
    '%c0%af',
    '%00',
  ]);
}
