import { resultsOf } from '../../src/sql/execution.ts';
import { prepareQuery, type QueryParameter } from '../../src/sql/query.ts';
import { SqlError } from '../../src/sql/sql-error.ts';

/** Small enough to work out by hand what a query must find. */
export const SHOP = [
  {
    id: 'pen',
    kind: 'office',
    price: 2,
    stock: 10,
    tags: ['blue', 'small'],
    maker: { name: 'Abel', city: 'Bern' },
    sizes: [
      { name: 's', cm: 10 },
      { name: 'm', cm: 14 },
    ],
  },
  { id: 'ink', kind: 'office', price: 5, stock: 0, tags: ['blue'], maker: { name: 'Abel', city: 'Bern' }, old: null },
  { id: 'cup', kind: 'home', price: 5, tags: [], maker: { name: 'Cora' }, sizes: [{ name: 'm', cm: 9 }] },
  { id: 'mat', kind: 'home', price: '7', stock: 3, tags: ['red', 'blue', 'red'], sale: true },
  { id: 'box', price: 1.5, stock: 4, sale: false, maker: null },
];

export function query(text: string, parameters: Record<string, unknown> = {}): unknown[] {
  return JSON.parse(JSON.stringify(resultsOf(prepare(text, parameters), SHOP)));
}

export function prepare(text: string, parameters: Record<string, unknown> = {}): ReturnType<typeof prepareQuery> {
  const list: QueryParameter[] = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  return prepareQuery(text, list);
}

/** The error of a query that must have one. */
export function failureOf(text: string): SqlError {
  try {
    query(text);
  } catch (error) {
    if (error instanceof SqlError) return error;
    throw error;
  }
  throw new Error(`no SqlError: ${text}`);
}
