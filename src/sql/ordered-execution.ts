import { DOCUMENT_STEPS_MAX, granting, QUERY_STEPS_MAX, spend, within } from './budget.ts';
import type { Documents, Step } from './execution.ts';
import type { Position } from './position.ts';
import type { Query } from './query.ts';
import { type Ranked, Ranking } from './ranking.ts';
import { canonical, type Value } from './value.ts';

/**
 * Looks through all documents for the first results after the position, and holds the place of each: some more than a
 * page has, as those who can keep the steps for the next page need not look through them again.
 */
export function* runOrdered(query: Query, documents: Documents, from: Position): Generator<Step> {
  const { offset, limit } = query.body;
  let next: Position | undefined = from;
  while (next) {
    // Of a position without keys only the count is known.
    const skipped: number = next.passed === 0 ? offset : next.keys?.length ? 0 : next.passed;
    const entries = rank(query, documents, next, skipped + RANKED + 1);
    let passed = Math.max(next.passed, offset);
    next = undefined;
    for (let index = skipped; index < Math.min(entries.length, skipped + RANKED); index++) {
      const { keys, number, row } = entries[index] as Ranked;
      const isLast = ++passed >= offset + limit || index + 1 === entries.length;
      next = isLast ? undefined : { number, row, passed, keys };
      yield { value: valueAt(query, documents, number, row), next };
      if (isLast) return;
    }
  }
}

/** How many results to look for at once. */
const RANKED = 10_000;

function rank(query: Query, documents: Documents, from: Position, wanted: number): Ranked[] {
  const { orderBy, distinct } = query.body;
  const last = from.keys?.length ? { keys: from.keys, number: from.number, row: from.row } : undefined;
  const first = new Map<string, Ranked>();
  const ranking = new Ranking(orderBy, wanted);
  within(QUERY_STEPS_MAX, () => {
    for (const [number, document] of granting(documents.scan(0))) {
      eachRow(query, document, (keys, row, value) => {
        const entry = { keys, number, row };
        if (!distinct && (!last || ranking.compare(entry, last) > 0)) ranking.add(entry);
        if (distinct) keepFirst(first, canonical(value), entry, ranking);
        return true;
      });
    }
  });
  for (const entry of first.values()) {
    if (!last || ranking.compare(entry, last) > 0) ranking.add(entry);
  }
  return ranking.sorted();
}

/** Of equal results, the one that comes first stands for all. */
function keepFirst(first: Map<string, Ranked>, text: string, entry: Ranked, ranking: Ranking): void {
  spend(1);
  const other = first.get(text);
  if (!other || ranking.compare(entry, other) < 0) first.set(text, entry);
}

/** Takes the keys of a result, which it is of its document, and the result; false to have no more. */
type Visit = (keys: readonly Value[], row: number, value: Value) => boolean;

/** Calls `visit` with each result of a document. */
export function eachRow({ body, slots }: Query, document: Value, visit: Visit): void {
  const { rows, project, orderBy } = body;
  const filled = slots(document);
  let row = 0;
  within(DOCUMENT_STEPS_MAX, () => {
    rows(filled, () => {
      spend(1);
      const value = project(filled);
      if (value === undefined) return true;
      return visit(
        orderBy.map(({ key }) => key(filled)),
        row++,
        value,
      );
    });
  });
}

/** The result of that place. */
export function valueAt(query: Query, documents: Documents, number: number, wanted: number): Value {
  let found: Value;
  eachRow(query, documents.read(number), (_, row, value) => {
    found = value;
    return row < wanted;
  });
  return found;
}
