import { DOCUMENT_STEPS_MAX, granting, QUERY_STEPS_MAX, within } from './budget.ts';
import type { Documents, Step } from './execution.ts';
import { type GroupingPlan, Groups } from './grouping.ts';
import type { Position } from './position.ts';
import type { Query } from './query.ts';
import { canonical } from './value.ts';

/**
 * Aggregates over all documents pause with what they have so far, as long as that is little. Groups do not: each page
 * makes all of them again, and passes over as many as have been given.
 */
export function* runGrouped(query: Query, plan: GroupingPlan, documents: Documents, from: Position): Generator<Step> {
  const groups = new Groups(plan);
  if (from.totals) groups.load(from.totals);
  if (groups.save()) yield* total(query, groups, documents, from);
  else addAll(query, groups, documents);
  const { project, distinct, offset, limit } = query.body;
  const seen = new Set<string>();
  const slots = query.slots(undefined);
  let passed = 0;
  for (const _ of groups.fill(slots)) {
    const value = project(slots);
    if (value === undefined || (distinct && isRepeated(canonical(value), seen))) continue;
    if (++passed <= offset || passed <= from.passed) continue;
    const isLast = passed >= offset + limit;
    yield { value, next: isLast || plan.isTotal ? undefined : { number: 0, row: 0, passed } };
    if (isLast) return;
  }
}

/** How many documents, or rows of them, to add before the next pause. */
const DOCUMENTS_AT_ONCE = 16;
const ROWS_AT_ONCE = 1000;

function* total(query: Query, groups: Groups, documents: Documents, from: Position): Generator<Step> {
  let [added, rows] = [0, 0];
  for (const [number, document] of documents.scan(from.number)) {
    rows += add(query, groups, document);
    if (++added < DOCUMENTS_AT_ONCE && rows < ROWS_AT_ONCE) continue;
    [added, rows] = [0, 0];
    const totals = groups.save();
    if (totals) yield { next: { number, row: 0, passed: 0, totals } };
  }
}

function addAll(query: Query, groups: Groups, documents: Documents): void {
  within(QUERY_STEPS_MAX, () => {
    for (const [, document] of granting(documents.scan(0))) add(query, groups, document);
  });
}

/** Returns how many rows there were. */
function add({ body, slots }: Query, groups: Groups, document: unknown): number {
  const filled = slots(document);
  let rows = 0;
  within(DOCUMENT_STEPS_MAX, () => {
    body.rows(filled, () => {
      groups.add(filled);
      rows++;
      return true;
    });
  });
  return rows;
}

function isRepeated(text: string, seen: Set<string>): boolean {
  if (seen.has(text)) return true;
  seen.add(text);
  return false;
}
