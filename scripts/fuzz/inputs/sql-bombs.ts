import type { Random } from '../../../test/support/random.ts';

/** A query made to take long, to nest deep or to grow. */
export function bomb(random: Random): string {
  const size = random.pick([10, 100, 1000, 5000, 20_000, 60_000]);
  return random.pick(BOMBS)(size, random).slice(0, 262_144);
}

type Bomb = (size: number, random: Random) => string;

const BOMBS: readonly Bomb[] = [
  (size) => `SELECT VALUE ${'('.repeat(size)}1${')'.repeat(size)}`,
  (size) => `SELECT VALUE ${'['.repeat(size)}${']'.repeat(size)}`,
  (size) => `SELECT VALUE ${'{a:'.repeat(size)}1${'}'.repeat(size)}`,
  (size) => `SELECT VALUE ${'NOT '.repeat(size)}true`,
  (size) => `SELECT VALUE ${'- '.repeat(size)}1`,
  (size) => `SELECT VALUE c${'.a'.repeat(size)} FROM c`,
  (size) => `SELECT VALUE c${'[0]'.repeat(size)} FROM c`,
  (size, random) =>
    `SELECT VALUE 1${random.pick(['+1', ' AND true', ' OR false', '||"a"', '??1', '*c.count'].map((part) => part.repeat(size)))} FROM c`,
  (size, random) =>
    `SELECT * FROM c WHERE c.id ${random.pick(['', 'NOT '])}IN (${Array.from({ length: size }, (_, index) => `"i${index}"`)})`,
  (size) =>
    `SELECT * FROM c WHERE ${Array.from({ length: size }, (_, index) => `c.p${index} = ${index}`).join(' OR ')}`,
  (size) => `SELECT VALUE ${'LOWER('.repeat(size)}c.id${')'.repeat(size)} FROM c`,
  (size) => `SELECT VALUE ${'(SELECT VALUE '.repeat(size)}1${')'.repeat(size)} FROM c`,
  (size) => `SELECT * FROM c WHERE ${'EXISTS(SELECT VALUE 1 FROM c WHERE '.repeat(size)}true${')'.repeat(size)}`,
  (size) => `SELECT VALUE ${'true ? 1 : '.repeat(size)}0`,
  (size) => `SELECT * FROM ${'(SELECT * FROM '.repeat(size)}c${') AS c'.repeat(size)}`,
  (size) => `SELECT ${Array.from({ length: size }, (_, index) => `c.p${index}`)} FROM c`,
  (size) => `SELECT * FROM c ORDER BY ${Array.from({ length: size }, (_, index) => `c.p${index}`)}`,
  (size) => `SELECT COUNT(1) FROM c GROUP BY ${Array.from({ length: size }, (_, index) => `c.p${index}`)}`,
  (size) => `SELECT VALUE "${'x'.repeat(size)}`,
  (size) => `SELECT VALUE "${'\\u0041'.repeat(size)}"`,
  (size) => `SELECT VALUE c.${'x'.repeat(size)} FROM c`,
  (size) => `SELECT VALUE ${'9'.repeat(size)}`,
  (size) => `SELECT${' '.repeat(size * 4)}* FROM c`,
  (size) => `SELECT${'/* */'.repeat(size)}* FROM c`,
  (_size, random) => joins(random),
  (_size, random) => `${joins(random)} ORDER BY c.id`,
  (_size, random) => `SELECT DISTINCT VALUE [t0, t1, t2, t3] FROM c ${joinsOf(random, 4)}`,
  (_size, random) => `SELECT t0, COUNT(1) FROM c ${joinsOf(random, 4)} GROUP BY t0`,
  (_size, random) => `SELECT VALUE COUNT(1) FROM c ${joinsOf(random, 5)}`,
  (_size, random) => `SELECT * FROM c WHERE EXISTS(SELECT VALUE t0 FROM c ${joinsOf(random, 5)} WHERE t0 = "none")`,
  (_size, random) => `SELECT VALUE ARRAY(SELECT VALUE [t0, t1] FROM c ${joinsOf(random, 5)}) FROM c`,
  (_size, random) => `SELECT VALUE COUNT(1) FROM c ${joinsOf(random, 3)} WHERE ${slow(random)}`,
  (_size, random) => `SELECT VALUE ${slow(random)} FROM c`,
  (_size, random) => `SELECT * FROM c WHERE ${slow(random)}`,
  (_size, random) => `SELECT * FROM c ORDER BY ${slow(random)}`,
  (_size, random) => `SELECT ${slow(random)} AS x, COUNT(1) FROM c GROUP BY ${slow(random)}`,
  (_size, random) => `SELECT VALUE ${big(random)} FROM c`,
  (_size, random) => `SELECT DISTINCT VALUE ${big(random)} FROM c`,
  (_size, random) => `SELECT VALUE MAKELIST(${big(random)}) FROM c`,
];

function joinsOf(random: Random, count: number): string {
  const over = random.pick([
    'c.tags',
    '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20]',
    '(SELECT VALUE x FROM x IN c.tags)',
  ]);
  return Array.from({ length: count }, (_, index) => `JOIN t${index} IN ${over}`).join(' ');
}

function joins(random: Random): string {
  return `SELECT VALUE 1 FROM c ${joinsOf(random, 2 + random.integer(8))}${random.pick(['', ' WHERE t0 = "none"'])}`;
}

const PATTERNS = [
  '(a+)+$',
  '(a|a)*$',
  '(a*)*b',
  '(.*)*x',
  '(a{1,99}){1,99}b',
  '((a{1,30}){1,30}){1,30}',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(x+x+)+y',
  '(?:a|aa|aaa)+c',
  'a?'.repeat(60) + 'a'.repeat(60),
];

function slow(random: Random): string {
  const text = random.pick([
    '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"',
    'REPLICATE("a", 10000)',
    'CONCAT(REPLICATE("a", 9999), "!")',
    'REPLICATE("xa", 5000)',
  ]);
  return random.pick<() => string>([
    () => `REGEXMATCH(${text}, "${random.pick(PATTERNS)}")`,
    () => `REGEXEXTRACT(${text}, "${random.pick(PATTERNS)}")`,
    () => `${text} LIKE "${'%a'.repeat(random.pick([5, 50, 500, 5000]))}%b"`,
    () => `${text} LIKE "${'%_'.repeat(random.pick([5, 50, 500]))}b"`,
    () => `CONTAINS(${text}, ${text}, true)`,
    () => `INDEX_OF(${text}, CONCAT(REPLICATE("a", 5000), "b"))`,
    () => `REVERSE(UPPER(${text}))`,
    () => `ARRAY_CONTAINS(ARRAY(SELECT VALUE t FROM t IN c.tags JOIN u IN c.tags JOIN v IN c.tags), {"a": 1}, true)`,
    () => `SetUnion(ARRAY(SELECT VALUE CONCAT(t, u, v) FROM t IN c.tags JOIN u IN c.tags JOIN v IN c.tags), c.tags)`,
    () => `StringSplit(${text}, "a")`,
    () => `TRIM(CONCAT(REPLICATE(" ", 10000), "a", REPLICATE(" ", 10000)))`,
  ])();
}

function big(random: Random): string {
  const thousands = 'REPLICATE("a", 10000)';
  return random.pick<() => string>([
    () => `REPLICATE("abc", ${random.pick(['10000', '1e9', '-1', '1e308', '2147483648', '4e6'])})`,
    () => `REPLICATE(${'REPLICATE('.repeat(5)}"a"${', 10000)'.repeat(5)}, 10000)`,
    () => `REPLACE(${thousands}, "a", ${thousands})`,
    () => `REPLACE(${thousands}, "", ${thousands})`,
    () => `CONCAT(${Array.from({ length: 2000 }, () => thousands)})`,
    () => `[${Array.from({ length: 2000 }, () => thousands)}]`,
    () => `REPLACE(REPLACE(REPLACE("aa", "a", "aaaaaaaaaaaaaaaaaaaa"), "a", ${thousands}), "a", ${thousands})`,
    () => `ARRAY(SELECT VALUE ${thousands} FROM t IN c.tags JOIN u IN c.tags JOIN v IN c.tags)`,
    () => `ARRAY_CONCAT(${Array.from({ length: 500 }, () => 'c.tags')})`,
    () => `ToString(ARRAY_CONCAT(${Array.from({ length: 500 }, () => 'c.tags')}))`,
    () => `StringJoin(StringSplit(${thousands}, "a"), ${thousands})`,
    () => `StringToArray(CONCAT("[", REPLICATE("[", 9000), REPLICATE("]", 9000), "]"))`,
    () => `StringToObject(CONCAT(REPLICATE("{\\"a\\":", 1000), "1", REPLICATE("}", 1000)))`,
  ])();
}
