import { spend } from './budget.ts';
import { compile } from './compile.ts';
import { type Evaluate, type Scope, type Slots, withName, withoutAggregates } from './scope.ts';
import { SqlError } from './sql-error.ts';
import { eachResult } from './subquery.ts';
import type { Expression, Select, Source } from './syntax.ts';

/** Fills the slots with one row after the other and calls `emit` for each, until that returns false. */
export type Rows = (slots: Slots, emit: () => boolean) => boolean;

export interface CompiledRows {
  readonly rows: Rows;
  /** With the aliases of FROM. */
  readonly scope: Scope;
  readonly aliases: readonly string[];
  /** The slot of the first source. */
  readonly first: number | undefined;
}

/** The rows of FROM, JOIN and WHERE. `root` is the slot of the documents that an unknown first name stands for. */
export function compileRows(select: Select, outer: Scope, root?: number): CompiledRows {
  let scope = withoutAggregates(outer);
  let rows: Rows = (_, emit) => emit();
  const aliases: string[] = [];
  let first: number | undefined;
  select.from.forEach((source, index) => {
    const alias = aliasOf(source);
    if (alias !== undefined && aliases.includes(alias)) throw twice(alias, source);
    if (alias !== undefined) aliases.push(alias);
    const within = root !== undefined && index === 0 ? withName(scope, rootName(source.over), root) : scope;
    const slot = scope.nextSlot();
    first ??= slot;
    rows = joined(rows, compileSource(source, within, slot, index === 0 ? root : undefined));
    scope = withName(scope, alias, slot);
  });
  if (select.where) rows = filtered(rows, compile(select.where, scope));
  return { rows, scope, aliases, first };
}

/** The alias of a source: as given, or the last name of its path. */
export function aliasOf({ alias, over }: Source): string | undefined {
  if (alias !== undefined || over.kind === 'subquery') return alias;
  if (over.kind === 'name') return over.name;
  const key = over.kind === 'member' && over.key.kind === 'literal' ? over.key.value : undefined;
  return typeof key === 'string' ? key : undefined;
}

/** The name that a path starts with, which in the first source of a query stands for the container. */
function rootName(over: Expression): string | undefined {
  if (over.kind === 'member') return rootName(over.of);
  return over.kind === 'name' ? over.name : undefined;
}

function compileSource({ over, iterated }: Source, scope: Scope, slot: number, root: number | undefined): Rows {
  const each = over.kind === 'subquery' ? eachResult(over.select, scope, root) : eachOne(compile(over, scope));
  if (!iterated) {
    return (slots, emit) =>
      each(slots, (value) => {
        slots[slot] = value;
        return emit();
      });
  }
  return (slots, emit) =>
    each(slots, (values) => {
      if (!Array.isArray(values)) return true;
      for (const value of values) {
        spend(1);
        slots[slot] = value;
        if (!emit()) return false;
      }
      return true;
    });
}

/** What does not exist makes no row. */
function eachOne(evaluate: Evaluate): ReturnType<typeof eachResult> {
  return (slots, emit) => {
    const value = evaluate(slots);
    return value === undefined || emit(value);
  };
}

function joined(outer: Rows, inner: Rows): Rows {
  return (slots, emit) => outer(slots, () => inner(slots, emit));
}

function filtered(rows: Rows, test: Evaluate): Rows {
  return (slots, emit) => rows(slots, () => test(slots) !== true || emit());
}

function twice(alias: string, source: Source): SqlError {
  return new SqlError(`The input alias '${alias}' is specified more than once in the FROM clause.`, source, 'SC2011');
}
