import type { Random } from '../../test/support/random.ts';
import { randomCall } from './calls.ts';
import type { Parameter } from './peer.ts';

/** Which of the known differences are written around: most are corrected in the other engine, some only in its text. */
export type Dialect = ReadonlySet<string>;
export type Written = (dialect: Dialect) => string;

export interface Case {
  readonly query: Written;
  /** The number after TOP; infinite without. */
  readonly top: number;
  readonly parameters: readonly Parameter[];
  readonly documents: readonly object[];
}

/** A query of the shapes that both engines know, over random documents. */
export function randomCase(random: Random, dialects: readonly Dialect[]): Case {
  for (;;) {
    const parameters: Parameter[] = [];
    const top = random.chance(0.25) ? random.integer(7) : Number.POSITIVE_INFINITY;
    const query = new Writer(random, parameters).query(top);
    if (dialects.some((dialect) => depthOf(query(dialect)) > DEPTH_MAX)) continue;
    return { query, top, parameters, documents: randomDocuments(random) };
  }
}

/** Each level of brackets takes the other engine seven times as long to read. */
const DEPTH_MAX = 2;

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const char of text.replaceAll(/"[^"]*"/g, '')) {
    if ('([{'.includes(char)) deepest = Math.max(deepest, ++depth);
    else if (')]}'.includes(char)) depth--;
  }
  return deepest;
}

const DOCUMENTS = 10;
const SIMPLE = [null, true, false, 0, 1, 2, -1, 0.5, 7, '', 'a', 'b', 'ab', 'A', 'Ünï'];

function randomDocuments(random: Random): object[] {
  return Array.from({ length: DOCUMENTS }, (_, n) => {
    const names = ['a', 'b', 'd', 'x y'].filter(() => random.chance(0.8));
    const members = names.map((name) => [name, randomValue(random, 2)]);
    // JOIN over what is no array breaks the other engine.
    const list = random.chance(0.8)
      ? [['list', Array.from({ length: random.integer(4) }, () => randomValue(random, 1))]]
      : [];
    return Object.fromEntries([['_rid', `rid${String(n).padStart(4, '0')}`], ['id', `${n}`], ...members, ...list]);
  });
}

function randomValue(random: Random, depth: number): unknown {
  if (depth === 0 || random.chance(0.6)) return random.pick(SIMPLE);
  if (random.chance(0.5)) return Array.from({ length: random.integer(3) }, () => randomValue(random, depth - 1));
  const names = ['a', 'b'].filter(() => random.chance(0.6));
  return Object.fromEntries(names.map((name) => [name, randomValue(random, depth - 1)]));
}

const PATHS = ['a', 'b', 'd', '["x y"]', 'a.b', 'b[0]', 'b[1]', 'none', 'a["b"]', 'list', 'list[0]'];
const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='];
const OPERATORS = ['+', '-', '*', '/', '%', '||', '&', '|', '^', '<<', '>>', '>>>', '??', 'AND', 'OR'];
const AGGREGATES = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'];

class Writer {
  readonly #random: Random;
  readonly #parameters: Parameter[];

  constructor(random: Random, parameters: Parameter[]) {
    this.#random = random;
    this.#parameters = parameters;
  }

  query(top: number): Written {
    const random = this.#random;
    const joined = random.chance(0.25);
    const names = joined ? ['c', 't'] : ['c'];
    const from = ` FROM c${joined ? ' JOIN t IN c.list' : ''}`;
    const where = random.chance(0.5) ? this.#condition(names, 2) : undefined;
    const filter: Written = (dialect) => from + (where ? ` WHERE ${where(dialect)}` : '');
    const aggregated = top === Number.POSITIVE_INFINITY && random.chance(0.25);
    const projection = aggregated ? this.#aggregates(names) : this.#projection(names);
    const order = aggregated || joined || random.chance(0.6) ? '' : this.#order();
    const limit: Written = (dialect) => (top === Number.POSITIVE_INFINITY || dialect.has('TOP') ? '' : `TOP ${top} `);
    return (dialect) => `SELECT ${limit(dialect)}${projection(dialect)}${filter(dialect)}${order}`;
  }

  #projection(names: readonly string[]): Written {
    const random = this.#random;
    const shape = random.integer(5);
    if (shape === 0 && names.length === 1) return () => '*';
    const first = this.#expression(names, 2);
    if (shape < 3) return (dialect) => `VALUE ${first(dialect)}`;
    const second = this.#expression(names, 1);
    return (dialect) => `c.id, ${first(dialect)} AS e, ${second(dialect)} AS f`;
  }

  #aggregates(names: readonly string[]): Written {
    const call = (): Written => {
      const name = this.#random.pick(AGGREGATES);
      const argument = this.#random.chance(0.7) ? this.#path(names) : this.#expression(names, 1);
      return (dialect) => `${name}(${argument(dialect)})`;
    };
    const [first, second] = [call(), call()];
    if (this.#random.chance(0.6)) return (dialect) => `VALUE ${first(dialect)}`;
    return (dialect) => `${first(dialect)} AS x, ${second(dialect)} AS y`;
  }

  #order(): string {
    const key = (): string =>
      `c.${this.#random.pick(['a', 'b', 'd', 'a.b', 'id'])}${this.#random.pick(['', ' ASC', ' DESC'])}`;
    return ` ORDER BY ${Array.from({ length: 1 + this.#random.integer(3) }, key).join(', ')}`;
  }

  #condition(names: readonly string[], depth: number): Written {
    const random = this.#random;
    const [left, right] = [this.#expression(names, depth - 1), this.#expression(names, depth - 1)];
    const comparison = random.pick(COMPARISONS);
    const shape = random.integer(10);
    if (shape < 5) return (dialect) => `${left(dialect)} ${comparison} ${right(dialect)}`;
    if (shape === 5) return this.#between(names);
    if (shape === 6) return this.#in(names);
    if (shape === 7 && depth > 0) return this.#exists(names);
    if (shape === 8 || depth <= 0) return this.#expression(names, Math.max(depth, 0));
    const [one, other] = [this.#condition(names, depth - 1), this.#condition(names, depth - 1)];
    const word = random.pick(['AND', 'OR']);
    return (dialect) => `(${one(dialect)}) ${word} NOT (${other(dialect)})`;
  }

  #expression(names: readonly string[], depth: number): Written {
    const random = this.#random;
    if (depth <= 0) return random.chance(0.65) ? this.#path(names) : this.#literal();
    const inner = (): Written => this.#expression(names, depth - 1);
    const [left, right, third] = [inner(), inner(), inner()];
    const shape = random.integer(13);
    if (shape < 3) return left;
    if (shape === 3) return (dialect) => `(${left(dialect)} ? ${right(dialect)} : ${third(dialect)})`;
    if (shape === 4) return (dialect) => `[${left(dialect)}, ${right(dialect)}]`;
    if (shape === 5) return (dialect) => `{a: ${left(dialect)}, "b c": ${right(dialect)}}`;
    if (shape === 6) return this.#unary(left);
    if (shape === 7) return this.#subquery(names);
    if (shape === 8) {
      const condition = this.#condition(names, 0);
      return (dialect) => `(${condition(dialect)})`;
    }
    if (shape < 11) return randomCall(random, () => this.#expression(names, 0));
    const operator = random.pick(OPERATORS);
    return (dialect) => `(${left(dialect)} ${operator} ${right(dialect)})`;
  }

  #unary(operand: Written): Written {
    const operator = this.#random.pick(['NOT ', '-', '+', '~']);
    return (dialect) => `(${operator}${operand(dialect)})`;
  }

  #between(names: readonly string[]): Written {
    const [value, low, high] = [this.#path(names), this.#literal(), this.#literal()];
    return (dialect) =>
      dialect.has('BETWEEN')
        ? `(${value(dialect)} >= ${low(dialect)} AND ${value(dialect)} <= ${high(dialect)})`
        : `(${value(dialect)} BETWEEN ${low(dialect)} AND ${high(dialect)})`;
  }

  #in(names: readonly string[]): Written {
    const value = this.#path(names);
    const items = [this.#literal(), this.#literal(), this.#path(names)];
    return (dialect) => {
      const [text, texts] = [value(dialect), items.map((item) => item(dialect))];
      if (!dialect.has('IN')) return `(${text} IN (${texts.join(', ')}))`;
      // Undefined for no value, else true or false.
      const found = texts.map((item) => `${text} = ${item}`).join(' OR ');
      return `(IS_DEFINED(${text}) ? ${found} ?? false : undefined)`;
    };
  }

  #exists(names: readonly string[]): Written {
    const name = `u${names.length}`;
    const condition = this.#condition([...names, name], 0);
    const value = this.#random.pick([name, `${name}.a`, '1']);
    return (dialect) => `EXISTS(SELECT VALUE ${value} FROM ${name} IN c.list WHERE ${condition(dialect)})`;
  }

  #subquery(names: readonly string[]): Written {
    const name = `s${names.length}`;
    const [value, condition] = [this.#expression([...names, name], 0), this.#condition([...names, name], 0)];
    const aggregate = this.#random.pick(AGGREGATES);
    if (this.#random.chance(0.5)) {
      return (dialect) => `ARRAY(SELECT VALUE ${value(dialect)} FROM ${name} IN c.list WHERE ${condition(dialect)})`;
    }
    return (dialect) =>
      `(SELECT VALUE ${aggregate}(${value(dialect)}) FROM ${name} IN c.list WHERE ${condition(dialect)})`;
  }

  #path(names: readonly string[]): Written {
    const random = this.#random;
    const name = random.pick(names);
    if (name !== 'c' && random.chance(0.7)) return () => name;
    const path = random.pick(PATHS);
    return () => (path.startsWith('[') ? `${name}${path}` : `${name}.${path}`);
  }

  #literal(): Written {
    const random = this.#random;
    if (random.chance(0.3)) {
      const name = `@p${this.#parameters.length}`;
      this.#parameters.push({ name, value: randomValue(random, 1) });
      return () => name;
    }
    const text = random.pick([
      ...[
        'null',
        'true',
        'false',
        '0',
        '1',
        '2',
        '-1',
        '0.5',
        '""',
        '"a"',
        '"b"',
        '"ab"',
        "'it\\'s'",
        '[]',
        '[1]',
        '{}',
      ],
      ...['{a: 1}', 'undefined', '1e3'],
    ]);
    return (dialect) => (text === '1e3' && dialect.has('1e3') ? '1000' : text);
  }
}
