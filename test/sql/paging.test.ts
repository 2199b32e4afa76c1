import { describe, expect, test } from 'vitest';
import { type Documents, execute } from '../../src/sql/execution.ts';
import { formatPosition, type Position, parsePosition, START } from '../../src/sql/position.ts';
import { randomFrom } from '../support/random.ts';
import { prepare } from './shop.ts';

interface Item {
  readonly n: number;
  readonly [name: string]: unknown;
}

/** Documents that come and go, each under its own number. */
class Shelf implements Documents {
  readonly items = new Map<number, Item>();

  constructor(count: number) {
    for (let n = 1; n <= count; n++) this.put(n);
  }

  put(n: number, change: object = {}): void {
    const tags = Array.from({ length: n % 4 }, (_, tag) => `t${(n + tag) % 5}`);
    this.items.set(n, { n, band: n % 7, half: Math.floor(n / 2), tags, text: 'x'.repeat(n % 3), ...change });
  }

  *scan(after: number): Generator<[number, Item]> {
    for (const number of [...this.items.keys()].sort((a, b) => a - b)) {
      if (number > after) yield [number, this.items.get(number) as Item];
    }
  }

  read(number: number): unknown {
    return this.items.get(number);
  }
}

/** One page, and where the next begins: the position goes through its text, as it does between client and server. */
function pageOf(text: string, shelf: Documents, from: Position, items: number): [unknown[], Position | undefined] {
  const values: unknown[] = [];
  let position: Position | undefined = from;
  for (const { value, next } of execute(prepare(text), shelf, from)) {
    if (values.length === items) return [values, through(position)];
    if (value !== undefined) values.push(value);
    position = next;
    if (!next) return [values, undefined];
  }
  return [values, undefined];
}

function through(position: Position | undefined): Position | undefined {
  const text = position && formatPosition(position);
  if (text === undefined) throw new Error('a pause without a position');
  expect(text.length).toBeLessThanOrEqual(1000);
  return parsePosition(text);
}

function pagesOf(text: string, shelf: Documents, items: number): unknown[][] {
  const pages: unknown[][] = [];
  for (let from: Position | undefined = START; from; ) {
    const [values, next]: [unknown[], Position | undefined] = pageOf(text, shelf, from, items);
    pages.push(values);
    from = next;
  }
  return pages;
}

const QUERIES = [
  'SELECT * FROM c',
  'SELECT VALUE c.n FROM c WHERE c.band = 3',
  'SELECT TOP 11 VALUE c.n FROM c',
  'SELECT VALUE c.n FROM c OFFSET 5 LIMIT 9',
  'SELECT c.n, t FROM c JOIN t IN c.tags',
  'SELECT VALUE t FROM c JOIN t IN c.tags OFFSET 3 LIMIT 8',
  'SELECT DISTINCT VALUE c.band FROM c',
  'SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags OFFSET 1 LIMIT 3',
  'SELECT VALUE c.n FROM c ORDER BY c.band DESC, c.n',
  'SELECT VALUE c.n FROM c ORDER BY c.none',
  'SELECT VALUE c.n FROM c ORDER BY c.tags[0]',
  'SELECT VALUE c.n FROM c ORDER BY c.tags DESC',
  'SELECT TOP 10 VALUE c.n FROM c ORDER BY c.band',
  'SELECT VALUE c.n FROM c ORDER BY c.band OFFSET 7 LIMIT 10',
  'SELECT c.n, t FROM c JOIN t IN c.tags ORDER BY c.band',
  'SELECT DISTINCT VALUE c.band FROM c ORDER BY c.half',
  'SELECT c.band, COUNT(1) AS k FROM c GROUP BY c.band',
  'SELECT VALUE c.band FROM c GROUP BY c.band OFFSET 2 LIMIT 3',
  'SELECT DISTINCT VALUE COUNT(1) FROM c GROUP BY c.band',
  'SELECT VALUE SUM(c.n) FROM c',
  'SELECT MAKELIST(c.n) AS list FROM c',
  'SELECT VALUE 1',
  'SELECT VALUE x FROM (SELECT DISTINCT VALUE c.band FROM c) AS x',
  'SELECT VALUE x FROM (SELECT DISTINCT VALUE c.band FROM c) AS x JOIN (SELECT VALUE 1) AS y ORDER BY x.none',
];

describe('pages put one after the other are the whole result', () => {
  test.each(QUERIES)('of %s', (text) => {
    const shelf = new Shelf(40);
    const [all] = pageOf(text, shelf, START, 1000);
    expect(all.length).toBeGreaterThan(0);
    for (const items of [1, 2, 3, 7, 20, 1000]) {
      const pages = pagesOf(text, shelf, items);
      expect(pages.flat()).toEqual(all);
      expect(pages.slice(0, -1).every(({ length }) => length === items)).toBe(true);
    }
  });

  test('also where the keys are too long for a position', () => {
    const shelf = new Shelf(0);
    for (let n = 1; n <= 9; n++) shelf.put(n, { key: `${'k'.repeat(2000)}${9 - n}` });
    expect(pagesOf('SELECT VALUE c.n FROM c ORDER BY c.key', shelf, 2).flat()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(pagesOf('SELECT VALUE c.n FROM c ORDER BY c.key OFFSET 3 LIMIT 4', shelf, 2).flat()).toEqual([6, 5, 4, 3]);
  });
});

describe('writes between pages neither hide nor repeat a document that they do not touch', () => {
  test.each([
    'SELECT VALUE c.n FROM c',
    'SELECT VALUE c.n FROM c ORDER BY c.band',
    'SELECT VALUE c.n FROM c ORDER BY c.band DESC, c.half',
    'SELECT VALUE c.n FROM c WHERE c.band != 2 ORDER BY c.half DESC',
  ])('of %s', (text) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = randomFrom(seed);
      const shelf = new Shelf(30);
      const [wanted] = pageOf(text, shelf, START, 1000);
      const untouched = new Set(wanted.filter((n) => (n as number) % 3 > 0));
      const given: unknown[] = [];
      for (let from: Position | undefined = START; from; ) {
        const [values, next]: [unknown[], Position | undefined] = pageOf(text, shelf, from, 1 + random.integer(5));
        given.push(...values);
        const n = 3 * (1 + random.integer(10));
        if (random.chance(0.5)) shelf.items.delete(n);
        else shelf.put(n, { band: random.integer(9), half: random.integer(20) });
        from = next;
      }
      const seen = given.filter((n) => untouched.has(n as number));
      expect(seen.length, `seed ${seed}`).toBe(untouched.size);
      expect(new Set(seen)).toEqual(untouched);
    }
  });
});

test.each([
  '',
  'x',
  '1',
  '1.',
  '1.2.',
  '1.2.x',
  '-1.2',
  '1.2.bnVsbA',
  '1.2.W10',
  '1.2.eyJyb3ciOi0xfQ',
  '1.2.eyJrZXlzIjoxfQ',
])('"%s" is not the text of a position', (text) => {
  expect(parsePosition(text)).toBeUndefined();
});

test('DISTINCT looks through no document twice when it knows what there has been', () => {
  const shelf = new Shelf(20);
  const text = 'SELECT DISTINCT VALUE c.band FROM c';
  const seen = new Set<string>();
  const [values, next] = firstOf(execute(prepare(text), shelf, START, seen), 3);
  const scans: number[] = [];
  const watched: Documents = {
    scan: (after) => {
      scans.push(after);
      return shelf.scan(after);
    },
    read: (number) => shelf.read(number),
  };
  const [rest] = firstOf(execute(prepare(text), watched, next, seen), 20);
  expect([values, rest, scans]).toEqual([[1, 2, 3], [4, 5, 6, 0], [3]]);
});

test('DISTINCT tells a number that is too large from null', () => {
  const shelf = new Shelf(0);
  [Number.POSITIVE_INFINITY, null, -0, 0].forEach((band, index) => void shelf.put(index + 1, { band }));
  const [values] = firstOf(execute(prepare('SELECT DISTINCT VALUE c.band FROM c'), shelf), 9);
  expect(values).toEqual([Number.POSITIVE_INFINITY, null, -0]);
});

function firstOf(steps: ReturnType<typeof execute>, count: number): [unknown[], Position | undefined] {
  const values: unknown[] = [];
  for (const { value, next } of steps) {
    if (value !== undefined) values.push(value);
    if (values.length === count) return [values, next];
  }
  return [values, undefined];
}
