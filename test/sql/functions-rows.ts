import { expect, test } from 'vitest';
import { FUNCTIONS } from '../../src/sql/functions/index.ts';

/** A call and what it gives. Arguments beyond what the function takes are a mistake in the row. */
export type Row = readonly [name: string, values: readonly unknown[], expected: unknown];

/** One test a row. */
export function testRows(rows: readonly Row[]): void {
  for (const [name, values, expected] of rows) {
    test(`${name}(${values.map(written).join(', ')}) is ${written(expected)}`, () => {
      expect(callFunction(name, values)).toStrictEqual(expected);
    });
  }
}

export function callFunction(name: string, values: readonly unknown[]): unknown {
  const known = FUNCTIONS.get(name);
  if (!known) throw new Error(`no function ${name}`);
  const [fewest, most] = known.arguments;
  if (values.length < fewest || values.length > most) throw new Error(`${name} does not take ${values.length}`);
  return known.call(...values);
}

function written(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'undefined');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
