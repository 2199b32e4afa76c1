import { DOCUMENT_STEPS_MAX, QUERY_STEPS_MAX, within } from './budget.ts';
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

/** How many documents to add before the next pause. */
const STRIDE = 16;

function* total(query: Query, groups: Groups, documents: Documents, from: Position): Generator<Step> {
  let added = 0;
  for (const [number, document] of documents.scan(from.number)) {
    add(query, groups, document);
    const totals = ++added % STRIDE === 0 && groups.save();
    if (totals) yield { next: { number, row: 0, passed: 0, totals } };
  }
}

function addAll(query: Query, groups: Groups, documents: Documents): void {
  within(QUERY_STEPS_MAX, () => {
    for (const [, document] of documents.scan(0)) add(query, groups, document);
  });
}

function add({ body, slots }: Query, groups: Groups, document: unknown): void {
  const filled = slots(document);
  within(DOCUMENT_STEPS_MAX, () => {
    body.rows(filled, () => {
      groups.add(filled);
      return true;
    });
  });
}

function isRepeated(text: string, seen: Set<string>): boolean {
  if (seen.has(text)) return true;
  seen.add(text);
  return false;
}
