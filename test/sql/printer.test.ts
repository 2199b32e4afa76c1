import { describe, expect, test } from 'vitest';
import { parseSelect } from '../../src/sql/parser.ts';
import { printSelect } from '../../src/sql/printer.ts';
import { SqlError } from '../../src/sql/sql-error.ts';
import { randomFrom } from '../support/random.ts';
import { randomQuery } from './random-query.ts';

/** The tree without the places in the text. */
function treeOf(text: string): unknown {
  return JSON.parse(
    JSON.stringify(parseSelect(text), (key, value: unknown) =>
      key === 'start' || key === 'end' ? null : value === undefined ? 'undefined' : value,
    ),
  );
}

describe('a printed query', () => {
  test.each([
    ['select * from c', 'SELECT * FROM c'],
    ['SELECT VALUE c["a"]["b c"][0] FROM c', 'SELECT VALUE c.a["b c"][0] FROM c'],
    ['SELECT c["order"] FROM c', 'SELECT c["order"] FROM c'],
    ["SELECT 'it\\'s' AS \"a b\" FROM c", 'SELECT "it\'s" AS "a b" FROM c'],
    ['SELECT VALUE 1 - (2 - 3)', 'SELECT VALUE 1 - (2 - 3)'],
    ['SELECT VALUE - -1', 'SELECT VALUE -(-1)'],
    ['SELECT VALUE NOT (a = 1) FROM a', 'SELECT VALUE NOT (a = 1) FROM a'],
    ['SELECT VALUE x FROM c JOIN x IN c.tags WHERE x <> 1', 'SELECT VALUE x FROM c JOIN x IN c.tags WHERE x != 1'],
    [
      'SELECT c.a FROM c ORDER BY c.a ASC, c.b DESC OFFSET 1 LIMIT 2',
      'SELECT c.a FROM c ORDER BY c.a, c.b DESC OFFSET 1 LIMIT 2',
    ],
    [
      'SELECT DISTINCT TOP @n VALUE exists(SELECT 1) FROM c GROUP BY c.a',
      'SELECT DISTINCT TOP @n VALUE EXISTS(SELECT 1) FROM c GROUP BY c.a',
    ],
    ['SELECT VALUE a LIKE "x%" ESCAPE "!" FROM a', 'SELECT VALUE a LIKE "x%" ESCAPE "!" FROM a'],
    ['SELECT VALUE a NOT IN (1, 2) FROM a', 'SELECT VALUE a NOT IN (1, 2) FROM a'],
    [
      'SELECT VALUE {a: [1, undefined], "b": lower(c.x)} FROM c',
      'SELECT VALUE {"a": [1, undefined], "b": LOWER(c.x)} FROM c',
    ],
  ])('%s is %s', (text, printed) => {
    expect(printSelect(parseSelect(text))).toBe(printed);
    expect(treeOf(printed)).toEqual(treeOf(text));
  });

  test('reads as the same tree, whatever was in it', () => {
    let read = 0;
    for (let seed = 1; seed <= 3000; seed++) {
      const text = randomQuery(randomFrom(seed));
      const tree = treeIfAny(text);
      if (tree === undefined) continue;
      read++;
      const printed = printSelect(parseSelect(text));
      expect(treeOf(printed), `seed ${seed}: ${text}\n${printed}`).toEqual(tree);
      expect(printSelect(parseSelect(printed))).toBe(printed);
    }
    expect(read).toBeGreaterThan(2000);
  });
});

function treeIfAny(text: string): unknown {
  try {
    return treeOf(text);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}
