import { DOCUMENT_STEPS_MAX, QUERY_STEPS_MAX, spend, within } from './budget.ts';
import type { Documents, Step } from './execution.ts';
import type { Position } from './position.ts';
import type { Query } from './query.ts';
import { type Ranked, Ranking } from './ranking.ts';
import { canonical, type Value } from './value.ts';

/** Every page looks through all documents again, and holds what it may have to give: the place of each result. */
export function* runOrdered(query: Query, documents: Documents, from: Position, wanted: number): Generator<Step> {
  const { offset, limit } = query.body;
  // Of a position without keys only the count is known.
  const skipped = from.passed === 0 ? offset : from.keys?.length ? 0 : from.passed;
  const entries = rank(query, documents, from, skipped + Math.min(wanted, limit) + 1);
  let passed = Math.max(from.passed, offset);
  for (let index = skipped; index < entries.length && passed < offset + limit; index++) {
    const { keys, number, row } = entries[index] as Ranked;
    passed++;
    const isLast = passed >= offset + limit || index + 1 === entries.length;
    yield { value: valueAt(query, documents, number, row), next: isLast ? undefined : { number, row, passed, keys } };
  }
}

function rank(query: Query, documents: Documents, from: Position, wanted: number): Ranked[] {
  const { orderBy, distinct } = query.body;
  const last = from.keys?.length ? { keys: from.keys, number: from.number, row: from.row } : undefined;
  const first = new Map<string, Ranked>();
  const ranking = new Ranking(orderBy, wanted);
  within(QUERY_STEPS_MAX, () => {
    for (const [number, document] of documents.scan(0)) {
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

type Visit = (keys: readonly Value[], row: number, value: Value) => boolean;

function eachRow({ body, slots }: Query, document: Value, visit: Visit): void {
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

function valueAt(query: Query, documents: Documents, number: number, wanted: number): Value {
  let found: Value;
  eachRow(query, documents.read(number), (_, row, value) => {
    found = value;
    return row < wanted;
  });
  return found;
}
