import type { Body, Emit } from './body.ts';
import { spend } from './budget.ts';
import { Groups } from './grouping.ts';
import type { Slots } from './scope.ts';
import { canonical, type Value } from './value.ts';

/** Calls `emit` with each result of a body that does not order them, until that returns false; false when it did. */
export function collectResults(body: Body, slots: Slots, emit: Emit): boolean {
  const { offset, limit } = body;
  if (limit === 0) return true;
  let [passed, stopped] = [0, false];
  const counted = (value: Value): boolean => {
    if (++passed <= offset) return true;
    stopped = !emit(value);
    return !stopped && passed < offset + limit;
  };
  eachValue(body, slots, body.distinct ? distinct(counted) : counted);
  return !stopped;
}

/** Results of rows or groups, before DISTINCT and the limits. */
function eachValue({ rows, grouping, project }: Body, slots: Slots, emit: Emit): boolean {
  const emitProjected = (): boolean => {
    const value = project(slots);
    return value === undefined || emit(value);
  };
  if (!grouping) return rows(slots, emitProjected);
  const groups = new Groups(grouping);
  rows(slots, () => {
    groups.add(slots);
    return true;
  });
  for (const _ of groups.fill(slots)) {
    if (!emitProjected()) return false;
  }
  return true;
}

/** Passes each value on once. */
function distinct(emit: Emit): Emit {
  const seen = new Set<string>();
  return (value) => {
    spend(1);
    const text = canonical(value);
    if (seen.has(text)) return true;
    seen.add(text);
    return emit(value);
  };
}
