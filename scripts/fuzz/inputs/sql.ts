import { FUNCTIONS } from '../../../src/sql/functions/index.ts';
import { randomQuery } from '../../../test/sql/random-query.ts';
import type { Random } from '../../../test/support/random.ts';
import { bomb } from './sql-bombs.ts';

/** The text of a query: valid, with something wrong in it, at random, or made to take long. */
export function sql(random: Random): string {
  const style = random.fraction();
  if (style < 0.25) return random.pick(CORPUS);
  if (style < 0.45) return mutated(random, random.pick(CORPUS));
  if (style < 0.75) return `SELECT VALUE ${call(random, 2)} FROM c`;
  if (style < 0.87) return randomQuery(random);
  if (style < 0.92) return mutated(random, randomQuery(random));
  return bomb(random);
}

const CORPUS = [
  'SELECT * FROM c',
  'SELECT VALUE COUNT(1) FROM c',
  'SELECT c.id, c.pk FROM c WHERE c.pk = "k1"',
  'SELECT TOP 5 * FROM c WHERE c.count BETWEEN 10 AND 50 ORDER BY c.count DESC',
  'SELECT DISTINCT VALUE c.pk FROM c',
  'SELECT c.pk, COUNT(1) AS n, SUM(c.count) AS s, AVG(c.count) AS a, MIN(c.id) AS lo, MAX(c.id) AS hi FROM c GROUP BY c.pk',
  'SELECT VALUE t FROM c JOIN t IN c.tags WHERE t LIKE "%e_"',
  'SELECT c.id, t FROM c JOIN t IN c.tags JOIN u IN c.tags WHERE t != u',
  'SELECT VALUE {id: c.id, tags: ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags)} FROM c',
  'SELECT * FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = "red") OFFSET 3 LIMIT 4',
  'SELECT VALUE c.address.zip FROM c WHERE c["address"]["geo"][0] > 0.5 ?? false',
  'SELECT VALUE c.count > 10 ? "many" : "few" FROM c WHERE NOT IS_NULL(c.count)',
  'SELECT * FROM c WHERE c.pk IN ("k1", "k2", @p) AND ARRAY_CONTAINS(c.tags, "red", true)',
  'SELECT * FROM c WHERE REGEXMATCH(c.text, "^[a-z]+(x|y)*$", "i") OR STARTSWITH(c.text, "a", true)',
  'SELECT VALUE c FROM c WHERE c.text LIKE "a!%%" ESCAPE "!" ORDER BY c.pk ASC, c.count DESC',
  'SELECT VALUE ROUND(SQRT(ABS(c.count * -2 / 3 % 5))) FROM c',
  'SELECT VALUE DateTimeAdd("mm", 1, "2020-07-03T00:00:00.0000000Z")',
  'SELECT VALUE (SELECT VALUE MAX(t) FROM t IN c.tags) FROM c WHERE ARRAY_LENGTH(c.tags) > 2',
  'SELECT x.n FROM (SELECT c.pk, COUNT(1) AS n FROM c GROUP BY c.pk) AS x ORDER BY x.n',
  'SELECT VALUE StringToArray("[1,2,{\\"a\\":3}]") FROM c',
  'SELECT VALUE CONCAT(c.id, "-", ToString(c.count)) FROM c WHERE c.count & 3 = 1 OR c.count << 2 > 100',
  'SELECT VALUE REPLACE(SUBSTRING(LTRIM(c.text), 0, 5), "a", "b") FROM c',
  'SELECT VALUE ST_DISTANCE({"type":"Point","coordinates":[1,2]}, c.loc) FROM c',
  'SELECT * FROM c ORDER BY c.text',
  'SELECT VALUE SetIntersect(c.tags, ["red"]) FROM c',
  'SELECT VALUE VectorDistance(c.address.geo, [0.1, 0.2])  FROM c',
  'SELECT s.databases FROM s',
];

const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\w@]+|[<>!=|?&]{1,3}|./gsu;

const WORDS = [
  ...[
    'SELECT',
    'VALUE',
    'FROM',
    'WHERE',
    'ORDER BY',
    'GROUP BY',
    'TOP',
    'DISTINCT',
    'JOIN',
    'IN',
    'AS',
    'EXISTS',
    'ARRAY',
  ],
  ...['NOT', 'AND', 'OR', 'BETWEEN', 'LIKE', 'ESCAPE', 'OFFSET', 'LIMIT', 'ASC', 'null', 'undefined', 'true', 'udf.f'],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '.',
    '*',
    '?',
    ':',
    '??',
    '||',
    '-',
    '~',
    '=',
    '!=',
    '<>',
    '>>>',
    '/',
    '%',
    '$',
    ';',
  ],
  ...[
    'c',
    'c.id',
    'c.tags',
    'root',
    '@p',
    '@none',
    '"',
    "'",
    '\\',
    '1e999',
    '0x1F',
    '1.',
    '.5',
    '--x',
    '/*',
    '*/',
    '\u0000',
    '漢',
  ],
  ...['9007199254740993', '-1', '2147483648', 'COUNT(1)', 'SUM(c.count)', 'c._ts', 'c["id"]', 'c[@p]', '"\\uD800"'],
];

/** The same with a few words taken out, put in, exchanged or repeated. */
function mutated(random: Random, text: string): string {
  const words: string[] = text.match(TOKEN) ?? [];
  for (let count = 1 + random.integer(4); count > 0; count--) {
    const at = random.integer(words.length + 1);
    random.pick([
      () => words.splice(at, 1 + random.integer(3)),
      () => words.splice(at, 0, random.pick(WORDS)),
      () => words.splice(at, 1, random.pick(WORDS)),
      () => words.splice(at, 1, call(random, 1)),
      () => words.splice(at, 0, ...words.slice(at, at + random.integer(8))),
      () => words.splice(at),
      () => words.splice(at, 1, `(${random.pick(CORPUS)})`),
    ])();
  }
  return words.join(random.pick(['', '', ' ', '\n']));
}

const NAMES = [...FUNCTIONS];
const ARGUMENTS_MAX = 6;

/** A call of some function with arguments that may or may not be what it takes. */
function call(random: Random, depth: number): string {
  const argument = (): string => (depth > 0 && random.chance(0.25) ? call(random, depth - 1) : random.pick(ARGUMENTS));
  const [
    name,
    {
      arguments: [fewest, most],
    },
  ] = random.pick(NAMES);
  const right = fewest + random.integer(Math.min(most, ARGUMENTS_MAX) - fewest + 1);
  const length = random.chance(0.95) ? right : random.integer(ARGUMENTS_MAX);
  return `${name}(${Array.from({ length }, argument).join(', ')})`;
}

const ARGUMENTS = [
  ...['c', 'c.id', 'c.tags', 'c.text', 'c.count', 'c.address', 'c.none', '@p', 'null', 'undefined', 'true', 'false'],
  ...[
    '0',
    '1',
    '-1',
    '-0',
    '0.5',
    '3',
    '63',
    '64',
    '1e15',
    '1e308',
    '-1e308',
    '9007199254740992',
    '9223372036854775807',
    '-9223372036854775808',
  ],
  ...[
    '""',
    '"a"',
    '"aAbB"',
    '"漢字😀"',
    '"\\uD800"',
    '"%"',
    '"."',
    '"(a"',
    '"[z-a]"',
    '"\\\\"',
    '"i"',
    '"[1,2]"',
    '"{}"',
    '"1e5"',
    '"-0"',
  ],
  ...[
    '"2020-07-03T00:00:00.0000000Z"',
    '"2020-02-30T25:61:00Z"',
    '"yyyy"',
    '"ms"',
    '"ns"',
    '"dddd, MMMM"',
    '"UTC"',
    '"yyyy-MM-dd"',
  ],
  ...['[]', '[1, "a", null]', '[[1], [2]]', '[0.1, 0.2]', '{}', '{a: 1}', '{"type": "Point", "coordinates": [1, 2]}'],
];
