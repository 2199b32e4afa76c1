import type { Part, Peer } from './peer.ts';

/** Where the engines differ and the documentation of the service is on our side. */
export interface Difference {
  readonly name: string;
  readonly reason: string;
  /** Makes the other engine do as documented; without it, queries for that engine are written in another way. */
  correct?(peer: Peer): void;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    name: 'equality of types',
    reason: 'values of different types are neither equal nor unequal: the answer is undefined',
    correct: ({ helpers }) =>
      around(helpers, 'equal', (equal, a, b) => (typeOf(a) === typeOf(b) ? equal(a, b) : undefined)),
  },
  {
    name: 'order of null',
    reason: 'null is neither less than, greater than, nor as great as null',
    correct: ({ helpers }) =>
      around(helpers, 'compare', (compare, sign, a, b) => (a === null ? undefined : compare(sign, a, b))),
  },
  {
    name: 'ORDER BY without the key',
    reason: 'documents without the key are in the result',
    // Only for a single key does it leave them out.
    correct: ({ helpers }) =>
      around(helpers, 'sort', (sort, rows, ridOf, _, ...orders) =>
        sort(rows, ridOf, undefined, ...orders, ...(orders.length === 1 ? orders : [])),
      ),
  },
  {
    name: 'ORDER BY arrays',
    reason: 'arrays are equal among themselves in an order, as are objects',
    correct: ({ helpers }) => around(helpers, 'sort', sortedWithEqualArrays),
  },
  {
    name: 'EXISTS',
    reason: 'results that are undefined are no results, however many',
    correct: ({ helpers }) => around(helpers, 'exists', (_, rows) => rows.some((row: unknown) => row !== undefined)),
  },
  {
    name: 'numbers without end',
    reason: 'JSON has neither infinity nor NaN: what is none of its numbers is undefined',
    correct: ({ helpers, functions, aggregates }) => {
      for (const part of [functions, aggregates]) for (const name of Object.keys(part)) finite(part, name);
      finite(helpers, 'calculate');
    },
  },
  {
    name: 'ATN2',
    reason: 'y comes before x',
    correct: ({ functions }) => around(functions, 'ATN2', (atn2, y, x) => atn2(x, y)),
  },
  {
    name: 'undefined arguments',
    reason: 'the result is then undefined, also where the argument could be left out',
    correct: ({ functions }) => {
      for (const name of Object.keys(functions).filter((other) => !other.startsWith('IS_'))) {
        around(functions, name, (call, ...values) => (values.includes(undefined) ? undefined : call(...values)));
      }
    },
  },
  {
    name: 'undefined in arrays',
    reason: 'an array has no items that are undefined',
    correct: ({ helpers, functions }) => {
      const strip = (values: unknown[]): unknown[] => values.map((value) => helpers.stripUndefined?.(value));
      for (const [part, name] of [[helpers, 'equal'], ...Object.keys(functions).map((other) => [functions, other])] as [
        Part,
        string,
      ][]) {
        around(part, name, (call, ...values) => call(...strip(values)));
      }
    },
  },
  {
    name: 'lengths and positions',
    reason: 'those in strings are whole numbers, and what lies outside of the string is empty',
    correct: ({ functions }) => {
      around(functions, 'LEFT', (_, text, length) => sliceOf(text, 0, length));
      around(functions, 'SUBSTRING', (_, text, start, length) => sliceOf(text, start, length));
      around(functions, 'RIGHT', (_, text, length) =>
        typeof text === 'string' && Number.isInteger(length)
          ? sliceOf(text, Math.max(text.length - length, 0), text.length)
          : undefined,
      );
    },
  },
  {
    name: 'ARRAY_SLICE',
    reason: 'its numbers are whole; a start below 0 counts from the end, and a length below 0 is nothing',
    correct: ({ functions }) =>
      around(functions, 'ARRAY_SLICE', (_, items, start, length) => {
        if (!Array.isArray(items) || !Number.isInteger(start) || !Number.isInteger(length)) return undefined;
        const from = start < 0 ? Math.max(items.length + start, 0) : start;
        return items.slice(from, from + Math.max(length, 0));
      }),
  },
  {
    name: 'REPLACE',
    reason: 'it replaces all that it finds, by the text as it is; what is empty is not found',
    correct: ({ functions }) =>
      around(functions, 'REPLACE', (_, text, part, by) =>
        [text, part, by].every((value) => typeof value === 'string') && part !== ''
          ? text.split(part).join(by)
          : undefined,
      ),
  },
  {
    name: 'ROUND',
    reason: 'halves are rounded away from zero',
    correct: ({ functions }) =>
      around(functions, 'ROUND', (round, number) => (number < 0 ? -(round(-number) as number) : round(number))),
  },
  {
    name: 'REPLICATE',
    reason: 'a negative count gives undefined, and so does a result of more than 10,000 characters',
    correct: ({ functions }) =>
      around(functions, 'REPLICATE', (replicate, text, count) =>
        typeof text === 'string' && (count < 0 || text.length * Math.trunc(count) > 10_000)
          ? undefined
          : replicate(text, count),
      ),
  },
  { name: 'IN', reason: 'undefined is in no list, and equality is as above' },
  { name: 'BETWEEN', reason: 'it compares as <= and >= do, not as those of JavaScript' },
  { name: 'TOP', reason: 'it counts results, and what is undefined is none' },
  { name: '1e3', reason: 'numbers may have exponents' },
];

function sliceOf(text: unknown, start: unknown, length: unknown): unknown {
  if (typeof text !== 'string' || typeof start !== 'number' || typeof length !== 'number') return undefined;
  if (text === '') return '';
  if (!Number.isInteger(start) || !Number.isInteger(length)) return undefined;
  return start < 0 || length <= 0 ? '' : text.substring(start, start + length);
}

// biome-ignore lint/suspicious/noExplicitAny: parts of a package without types.
type Wrapper = (original: (...values: any[]) => any, ...values: any[]) => unknown;

function around(part: Part, name: string, wrapper: Wrapper): void {
  const original = part[name];
  if (!original) throw new Error(`the other engine has no ${name}`);
  part[name] = (...values) => wrapper(original, ...values);
}

function finite(part: Part, name: string): void {
  around(part, name, (original, ...values) => {
    const result = original(...values);
    return typeof result === 'number' && !Number.isFinite(result) ? undefined : result;
  });
}

const [ARRAY, OBJECT] = [[], {}];

const sortedWithEqualArrays: Wrapper = (sort, rows, ridOf, indexes, ...orders) => {
  const shadows = rows.map((row: unknown) => {
    const keys = orders.map(([path]) => [path.join(), keyOf(row, path)]);
    return { row, ...Object.fromEntries(keys) };
  });
  const keys = orders.map(([path, descending]) => [[path.join()], descending]);
  return sort(shadows, (shadow: { row: unknown }) => ridOf(shadow.row), indexes, ...keys).map(
    (shadow: { row: unknown }) => shadow.row,
  );
};

function keyOf(row: unknown, path: readonly string[]): unknown {
  const value = path.reduce<unknown>(
    (of, name) => (typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined),
    row,
  );
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value) ? ARRAY : OBJECT;
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
