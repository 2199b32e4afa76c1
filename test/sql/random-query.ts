import type { Random } from '../support/random.ts';

/** Values of every type, few enough to meet each other. */
export function randomLiteral(random: Random): string {
  return random.pick([
    ...['null', 'undefined', 'true', 'false', '0', '1', '2', '-1', '0.5', '1e3'],
    ...['""', '"a"', '"b"', '"ab"', "'it\\'s'", '"\\u0041"', '[]', '[1]', '{}', '{a: 1}'],
  ]);
}

/** A property of `c`, most of which exist in a `randomDocument`. */
export function randomProperty(random: Random): string {
  return random.pick(['c.a', 'c.b', 'c.d', 'c["a"]', 'c.a.b', 'c.b[0]', 'c.b[1]', 'c["x y"]', 'c.none', 'c.a["b"]']);
}

export function randomDocument(random: Random): Record<string, unknown> {
  const value = (depth: number): unknown => {
    const simple = [null, true, false, 0, 1, 2, -1, 0.5, '', 'a', 'b', 'ab', 'A'];
    if (depth === 0 || random.chance(0.6)) return random.pick(simple);
    if (random.chance(0.5)) return Array.from({ length: random.integer(3) }, () => value(depth - 1));
    return Object.fromEntries(['a', 'b'].filter(() => random.chance(0.6)).map((name) => [name, value(depth - 1)]));
  };
  const names = ['a', 'b', 'd', 'x y'].filter(() => random.chance(0.8));
  return Object.fromEntries(names.map((name) => [name, value(2)]));
}

const BINARY = ['=', '!=', '<', '<=', '>', '>=', 'AND', 'OR', '??', '+', '-', '*', '/', '%', '||', '&', '|', '^'];
const SHIFTS = ['<<', '>>', '>>>'];

/** An expression with every operator, in parentheses or not. */
export function randomExpression(random: Random, depth: number): string {
  const inner = (): string => randomExpression(random, depth - 1);
  if (depth === 0) return random.chance(0.6) ? randomProperty(random) : randomLiteral(random);
  return random.pick<() => string>([
    () => `(${inner()} ${random.pick([...BINARY, ...SHIFTS])} ${inner()})`,
    () => `(${inner()} ${random.pick(BINARY)} ${inner()})`,
    () => `${inner()} ${random.pick(BINARY)} ${inner()}`,
    () => `(${random.pick(['NOT', '-', '+', '~'])} ${inner()})`,
    () => `(${inner()} ? ${inner()} : ${inner()})`,
    () => `(${inner()} ${random.pick(['', 'NOT '])}BETWEEN ${atom(random)} AND ${atom(random)})`,
    () => `(${inner()} ${random.pick(['', 'NOT '])}IN (${inner()}, ${inner()}))`,
    () =>
      `(${atom(random)} ${random.pick(['', 'NOT '])}LIKE ${random.pick(['"a%"', '"_"', '"%b"', '"[a-z]%"', 'c.a'])})`,
    () => `[${inner()}, ${inner()}]`,
    () => `{a: ${inner()}, "b c": ${inner()}}`,
    () => `IS_DEFINED(${inner()})`,
    inner,
  ])();
}

/** A whole query; it may or may not be one that can be prepared. */
export function randomQuery(random: Random, depth = 2): string {
  const expression = (): string => randomExpression(random, 1 + random.integer(2));
  const maybe = (part: () => string): string => (random.chance(0.4) ? ` ${part()}` : '');
  const subquery = (): string => (depth > 0 ? `(${randomQuery(random, depth - 1)})` : '(SELECT VALUE 1)');
  const item = (): string =>
    `${random.chance(0.2) ? subquery() : expression()}${maybe(() => `AS n${random.integer(9)}`)}`;
  const join = (): string =>
    random.pick([
      `JOIN t${depth} IN c.b`,
      `JOIN ${subquery()} AS s${depth}`,
      'JOIN c.a["x y"][0] AS e',
      `u IN c.a`.replace('u IN', 'JOIN u IN'),
    ]);
  return [
    'SELECT',
    maybe(() => 'DISTINCT'),
    maybe(() => `TOP ${random.pick(['1', '@n'])}`),
    ` ${random.pick([() => '*', () => `VALUE ${expression()}`, () => `${item()}, ${item()}`, () => `VALUE COUNT(${expression()})`])()}`,
    ` FROM ${random.pick(['c', 'root AS c', 'c IN root.list', 'root.a["b"][1] AS c', `${subquery()} AS c`])}`,
    maybe(join),
    maybe(() => `WHERE ${random.chance(0.2) ? `EXISTS${subquery()}` : expression()}`),
    maybe(() => `GROUP BY c.a, c["x y"]`),
    maybe(() => `ORDER BY c.a${random.pick(['', ' ASC', ' DESC'])}, c.b`),
    maybe(() => 'OFFSET 1 LIMIT @n'),
  ].join('');
}

function atom(random: Random): string {
  return random.chance(0.6) ? randomProperty(random) : randomLiteral(random);
}
