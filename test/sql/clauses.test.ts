import { expect, test } from 'vitest';
import { preparePredicate, prepareSelection } from '../../src/sql/clauses.ts';
import { SqlError } from '../../src/sql/sql-error.ts';

test.each<[predicate: string, document: object, isMet: boolean]>([
  ['c.total > 10', { total: 11 }, true],
  ['c.total > 10', { total: 10 }, false],
  ['c.total > 10', {}, false],
  ['c.total', { total: 1 }, false],
  ['IS_DEFINED(c.a.b) AND c.tags[0] IN ("x", "y") -- and no more', { a: { b: null }, tags: ['y'] }, true],
  ['EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = "z")', { tags: ['y', 'z'] }, true],
  ['c.name LIKE "a%" OR NOT c.open', { name: 'b', open: false }, true],
  ['c["__proto__"] = 1', JSON.parse('{"__proto__":1}') as object, true],
])('%s of %j: %s', (predicate, document, isMet) => {
  expect(preparePredicate(predicate)(document)).toBe(isMet);
});

test.each<[clause: string, start: number]>([
  ['', 0],
  ['c.a >', 5],
  ['c.a = 1 FROM c', 8],
  ['c.a = 1 ORDER BY c.b', 8],
  ['c.a = 1) OR (1 = 1', 7],
  ['total > 1', 0],
  ['c.a = @p', 6],
  ['c.a = COUNT(1)', 6],
  ['c.a = 1 AND NOSUCH(c.a)', 12],
])('a predicate that makes no sense is refused at its place: %s', (clause, start) => {
  expect(thrownBy(() => preparePredicate(clause))).toMatchObject({ start });
});

test.each<[clause: string, start: number]>([
  ['', 0],
  ['c.id,', 5],
  ['c.id FROM c', 5],
  ['DISTINCT c.id', 0],
  ['c.id, COUNT(1) AS n', 6],
  ['c.id, c.other.id', 6],
  ['VALUE SUM(c.a)', 6],
])('a selection that makes no sense is refused at its place: %s', (clause, start) => {
  expect(thrownBy(() => prepareSelection(clause))).toMatchObject({ start });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    expect(error).toBeInstanceOf(SqlError);
    return error;
  }
}
