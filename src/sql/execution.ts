import { hash } from 'node:crypto';
import { Allowance, DOCUMENT_STEPS_MAX, granting, QUERY_STEPS_MAX, spend, within } from './budget.ts';
import { collectResults } from './collection.ts';
import { runGrouped } from './grouped-execution.ts';
import { runOrdered } from './ordered-execution.ts';
import { type Position, START } from './position.ts';
import type { Query } from './query.ts';
import { runRanked } from './ranked-execution.ts';
import { NOWHERE, SqlError } from './sql-error.ts';
import { canonical, type Value } from './value.ts';

/** What a query runs over. Numbers are positive, never used again, and scans are in their order. */
export interface Documents {
  scan(after: number): Iterable<readonly [number: number, document: Value]>;
  read(number: number): Value;
}

/** A result, or a place to pause at when there is no `value`. */
export interface Step {
  readonly value?: Value;
  /** Where to go on after this; `undefined` when there is nothing more. */
  readonly next: Position | undefined;
}

/**
 * The results of a query from a position on. Holds one document's results at a time where it can; for ORDER BY, the keys
 * of as many results as are `wanted`; for DISTINCT, what there has been; for groups, their aggregates. What there has been
 * is put into `seen`: with that, a query may go on without looking through all documents again.
 */
export function execute(query: Query, documents: Documents, from = START, seen = new Set<string>()): Iterable<Step> {
  const { body, inner } = query;
  if (body.limit === 0) return [];
  const own = inner ? listed(allResults(inner, documents)) : query.readsDocuments ? documents : listed([null]);
  if (query.ranking) return runRanked(query.ranking, (part) => allResults(part, documents), own, from);
  if (body.grouping) return runGrouped(query, body.grouping, own, from);
  if (body.orderBy.length > 0) return runOrdered(query, own, from);
  return runStreaming(query, own, from, seen);
}

/** All results over documents that are in memory. */
export function resultsOf(query: Query, values: readonly Value[]): Value[] {
  return allResults(query, listed(values));
}

const UNLIMITED = Number.POSITIVE_INFINITY;
const HELD_MAX = 1_000_000;

function listed(values: readonly Value[]): Documents {
  return {
    *scan(after) {
      for (let number = after + 1; number <= values.length; number++) yield [number, values[number - 1]];
    },
    read: (number) => values[number - 1],
  };
}

function allResults(query: Query, documents: Documents): Value[] {
  const values: Value[] = [];
  const granted: Documents = { ...documents, scan: (after) => granting(documents.scan(after)) };
  within(QUERY_STEPS_MAX, () => {
    for (const { value } of execute(query, granted)) {
      if (value !== undefined) values.push(value);
      if (values.length > HELD_MAX) throw new SqlError('The query has too many results.', NOWHERE, 'SC9002');
    }
  });
  return values;
}

/** With DISTINCT, what came before the position is looked through for what has been given, if nobody knows it any more. */
function* runStreaming(query: Query, documents: Documents, from: Position, known: Set<string>): Generator<Step> {
  const { distinct, offset, limit } = query.body;
  const seen = distinct ? known : undefined;
  let { passed } = from;
  const start = seen?.size === 0 ? 0 : from.row > 0 ? from.number - 1 : from.number;
  const before = new Allowance();
  for (const [number, document] of documents.scan(start)) {
    if (number < from.number || (number === from.number && from.row === 0)) {
      // None of these is given, so that there is no place to pause at.
      before.spend(() => resultsAlone(query, document).forEach((value) => void isNew(value, seen)));
      continue;
    }
    const values = resultsAlone(query, document);
    const done = number > from.number ? 0 : from.row;
    let gave = false;
    for (const [row, value] of values.entries()) {
      if (!isNew(value, seen) || row < done || ++passed <= offset) continue;
      const isLast = passed >= offset + limit;
      gave = true;
      yield { value, next: isLast ? undefined : { number, row: row + 1 < values.length ? row + 1 : 0, passed } };
      if (isLast) return;
    }
    if (number > from.number && !gave) yield { next: { number, row: 0, passed } };
  }
}

function isNew(value: Value, seen: Set<string> | undefined): boolean {
  if (!seen) return true;
  const size = seen.size;
  if (size > HELD_MAX) throw new SqlError('The query has too many distinct results.', NOWHERE, 'SC9002');
  return seen.add(shortened(canonical(value))).size > size;
}

/** Of a long text something short that no other has, so that a million results take no more room than they must. */
function shortened(text: string): string {
  return text.length > SHORT_MAX ? `#${hash('sha256', text, 'base64')}` : text;
}

const SHORT_MAX = 64;

/** What one document gives rise to, before DISTINCT and the limits. */
function resultsAlone({ body, slots }: Query, document: Value): Value[] {
  const values: Value[] = [];
  const each = { ...body, distinct: false, offset: 0, limit: UNLIMITED };
  within(DOCUMENT_STEPS_MAX, () => {
    collectResults(each, slots(document), (value) => {
      spend(1);
      values.push(value);
      return true;
    });
  });
  return values;
}
