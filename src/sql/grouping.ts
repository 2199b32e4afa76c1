import { type Accumulator, newAccumulator } from './aggregates.ts';
import { spend } from './budget.ts';
import { compile } from './compile.ts';
import { printExpression } from './printer.ts';
import type { Evaluate, Scope, Slots } from './scope.ts';
import { SqlError } from './sql-error.ts';
import type { Expression, Select } from './syntax.ts';
import { canonical, type Value } from './value.ts';
import { findPart, isAggregateCall, isPath } from './walk.ts';

/** How rows become groups. */
export interface GroupingPlan {
  readonly keys: readonly Slotted[];
  readonly aggregates: readonly Aggregate[];
  /** Whether there is one group even when there are no rows. */
  readonly isTotal: boolean;
}

interface Slotted {
  readonly slot: number;
  readonly evaluate: Evaluate;
}

interface Aggregate extends Slotted {
  readonly name: string;
  readonly argument: Expression;
}

/** The plan, and the scope in which the projection of a group is compiled: that is when its aggregates are found. */
export function compileGrouping(
  { groupBy }: Select,
  rows: Scope,
  aliases: readonly string[],
): { plan: GroupingPlan; scope: Scope } {
  groupBy.forEach(refuseKey);
  const keys = groupBy.map((key) => ({ slot: rows.nextSlot(), evaluate: compile(key, rows) }));
  const aggregates: Aggregate[] = [];
  const aggregate = (name: string, argument: Expression): number => {
    const slot = rows.nextSlot();
    aggregates.push({ name, argument, slot, evaluate: compile(argument, rows) });
    return slot;
  };
  const slots = new Map(groupBy.map((key, index) => [printExpression(key), keys[index]?.slot ?? 0]));
  const scope = { ...rows, grouping: { keys: slots, gone: new Set(aliases), aggregate } };
  return { plan: { keys, aggregates, isTotal: groupBy.length === 0 }, scope };
}

/** The groups that were found so far, in the order of their first rows. */
export class Groups {
  readonly #plan: GroupingPlan;
  readonly #groups = new Map<string, Group>();

  constructor(plan: GroupingPlan) {
    this.#plan = plan;
    if (plan.isTotal) this.#groups.set('', this.#newGroup([]));
  }

  /** Adds the row that the slots hold. */
  add(slots: Slots): void {
    const { keys, aggregates, isTotal } = this.#plan;
    const values = keys.map(({ evaluate }) => evaluate(slots));
    const name = isTotal ? '' : values.map(canonical).join(' ');
    const group = this.#groups.get(name) ?? this.#newGroup(values);
    this.#groups.set(name, group);
    if (this.#groups.size > GROUPS_MAX) throw tooMany();
    for (const [index, { evaluate }] of aggregates.entries()) group.accumulators[index]?.add(evaluate(slots));
  }

  /** Fills the slots with one group after the other. */
  *fill(slots: Slots): Generator<void> {
    for (const { keys, accumulators } of this.#groups.values()) {
      this.#plan.keys.forEach(({ slot }, index) => {
        slots[slot] = keys[index];
      });
      this.#plan.aggregates.forEach(({ slot }, index) => {
        slots[slot] = accumulators[index]?.result();
      });
      yield;
    }
  }

  /** What has been added, as JSON, where that is little: a single group whose aggregates are numbers and the like. */
  save(): Value[] | undefined {
    const [total] = this.#plan.isTotal ? this.#groups.values() : [];
    if (!total?.accumulators.every(({ save }) => save)) return undefined;
    return total.accumulators.map(({ save }) => save?.());
  }

  load(saved: readonly Value[]): void {
    const [total] = this.#groups.values();
    total?.accumulators.forEach((accumulator, index) => {
      accumulator.load?.(saved[index]);
    });
  }

  #newGroup(keys: readonly Value[]): Group {
    spend(1);
    return { keys, accumulators: this.#plan.aggregates.map(({ name }) => newAccumulator(name)) };
  }
}

interface Group {
  readonly keys: readonly Value[];
  readonly accumulators: readonly Accumulator[];
}

const GROUPS_MAX = 1_000_000;

function refuseKey(key: Expression): void {
  const forbidden = findPart(key, (part) => part.kind === 'subquery' || isAggregateCall(part));
  if (forbidden) throw new SqlError('GROUP BY has no place for subqueries and aggregates.', forbidden, 'SC2054');
  if (findPart(key, (part) => isPath(part) || part.kind === 'name')) return;
  throw new SqlError('Each expression of GROUP BY must refer to a property.', key, 'SC2055');
}

function tooMany(): SqlError {
  return new SqlError(`The query has more than ${GROUPS_MAX} groups.`, { start: 0, end: 0 }, 'SC9002');
}
