import { describe, expect, test } from 'vitest';
import { resultsOf } from '../../src/sql/execution.ts';
import { prepare, query } from './shop.ts';

/** One document of each type, in the order in which the service puts them. */
const TYPES = [
  { id: 'undefined' },
  { id: 'null', v: null },
  { id: 'false', v: false },
  { id: 'true', v: true },
  { id: 'minus', v: -1 },
  { id: 'zero', v: 0 },
  { id: 'half', v: 0.5 },
  { id: 'empty', v: '' },
  { id: 'Z', v: 'Z' },
  { id: 'a', v: 'a' },
  { id: 'array', v: [] },
  { id: 'object', v: {} },
];

describe('ORDER BY', () => {
  test.each([
    ['SELECT VALUE c.id FROM c ORDER BY c.id', ['box', 'cup', 'ink', 'mat', 'pen']],
    ['SELECT VALUE c.id FROM c ORDER BY c.id ASC', ['box', 'cup', 'ink', 'mat', 'pen']],
    ['SELECT VALUE c.id FROM c ORDER BY c.id DESC', ['pen', 'mat', 'ink', 'cup', 'box']],
    ['SELECT VALUE c.id FROM c ORDER BY c.price', ['box', 'pen', 'ink', 'cup', 'mat']],
    ['SELECT VALUE c.id FROM c ORDER BY c.price DESC', ['mat', 'ink', 'cup', 'pen', 'box']],
    ['SELECT VALUE c.id FROM c ORDER BY c.stock', ['cup', 'ink', 'mat', 'box', 'pen']],
    ['SELECT VALUE c.id FROM c ORDER BY c.stock DESC', ['pen', 'box', 'mat', 'ink', 'cup']],
    ['SELECT VALUE c.id FROM c ORDER BY c.price, c.id', ['box', 'pen', 'cup', 'ink', 'mat']],
    ['SELECT VALUE c.id FROM c ORDER BY c.price DESC, c.id DESC', ['mat', 'ink', 'cup', 'pen', 'box']],
    ['SELECT VALUE c.id FROM c ORDER BY c.kind, c.stock DESC', ['box', 'mat', 'cup', 'pen', 'ink']],
    ['SELECT VALUE c.id FROM c ORDER BY c.maker.name DESC', ['cup', 'pen', 'ink', 'mat', 'box']],
    ['SELECT VALUE c.id FROM c WHERE c.stock > 0 ORDER BY c["stock"]', ['mat', 'box', 'pen']],
    ['SELECT VALUE c.id FROM c ORDER BY c.tags[0]', ['cup', 'box', 'pen', 'ink', 'mat']],
    ['SELECT VALUE c.stock FROM c ORDER BY c.stock', [0, 3, 4, 10]],
    [
      'SELECT c.id, c.stock FROM c WHERE c.stock < 4 ORDER BY c.stock',
      [
        { id: 'ink', stock: 0 },
        { id: 'mat', stock: 3 },
      ],
    ],
    ['SELECT VALUE t FROM c JOIN t IN c.tags WHERE t != "blue" ORDER BY c.id', ['red', 'red', 'small']],
    ['SELECT VALUE t FROM t IN c.tags ORDER BY t.none', ['blue', 'small', 'blue', 'red', 'blue', 'red']],
    ['SELECT TOP 2 VALUE c.id FROM c ORDER BY c.id', ['box', 'cup']],
    ['SELECT TOP 0 VALUE c.id FROM c ORDER BY c.id', []],
    ['SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 1 LIMIT 2', ['cup', 'ink']],
    ['SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 4 LIMIT 9', ['pen']],
    ['SELECT VALUE c.id FROM c ORDER BY c.id OFFSET 9 LIMIT 9', []],
    ['SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2', ['ink', 'cup']],
    ['SELECT VALUE c.id FROM c OFFSET 0 LIMIT 0', []],
    ['SELECT VALUE c.id FROM c OFFSET 3 LIMIT 100', ['mat', 'box']],
    ['SELECT TOP 2 VALUE c.id FROM c', ['pen', 'ink']],
    ['SELECT TOP 100 VALUE c.id FROM c WHERE c.sale', ['mat']],
    ['SELECT TOP 3 VALUE t FROM c JOIN t IN c.tags', ['blue', 'small', 'blue']],
  ])('%s', (text, expected) => {
    expect(query(text)).toEqual(expected);
  });

  test('takes counts from parameters', () => {
    expect(query('SELECT TOP @n VALUE c.id FROM c', { '@n': 1 })).toEqual(['pen']);
    const text = 'SELECT VALUE c.id FROM c OFFSET @from LIMIT @count';
    expect(query(text, { '@from': 1, '@count': 1 })).toEqual(['ink']);
  });

  test('puts types in the order of the service', () => {
    const ids = TYPES.map(({ id }) => id);
    const shuffled = [...TYPES.slice(5), ...TYPES.slice(0, 5)];
    expect(resultsOf(prepare('SELECT VALUE c.id FROM c ORDER BY c.v'), shuffled)).toEqual(ids);
    expect(resultsOf(prepare('SELECT VALUE c.id FROM c ORDER BY c.v DESC'), shuffled)).toEqual(ids.toReversed());
  });

  test('keeps what is equal in the order in which it was written', () => {
    const documents = Array.from({ length: 5000 }, (_, n) => ({ n, v: n % 3 }));
    const found = resultsOf(prepare('SELECT TOP 3 VALUE c.n FROM c ORDER BY c.v DESC'), documents);
    expect(found).toEqual([2, 5, 8]);
  });
});
