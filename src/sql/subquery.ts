import { compileBody, type Emit } from './body.ts';
import { spend } from './budget.ts';
import { collectResults } from './collection.ts';
import type { Evaluate, Scope, Slots } from './scope.ts';
import { SqlError } from './sql-error.ts';
import type { Expression, Select } from './syntax.ts';
import type { Value } from './value.ts';

/** A subquery that stands for a value. It is run again for each row of the query around. */
export function compileSubquery(expression: Expression & { kind: 'subquery' }, scope: Scope): Evaluate {
  const each = eachResult(expression.select, scope);
  switch (expression.form) {
    case 'EXISTS':
      return (slots) => !each(slots, () => false);
    case 'ALL':
      return (slots) => each(slots, (value) => value === true);
    case 'FIRST':
      return (slots) => first(each, slots);
    case 'LAST':
      return (slots) => last(each, slots);
    case 'ARRAY':
      return (slots) => all(each, slots);
    default:
      return (slots) => single(each, slots, expression);
  }
}

/** Calls `emit` with each result of a subquery until that returns false; false when it did. `root` as in a body. */
export function eachResult(select: Select, scope: Scope, root?: number): (slots: Slots, emit: Emit) => boolean {
  refuseOrder(select);
  const body = compileBody(select, scope, root);
  return (slots, emit) => {
    spend(1);
    return collectResults(body, slots, emit);
  };
}

/** Throws for a query with ORDER BY, which has no place in another. */
export function refuseOrder({ orderBy, rank }: Select): void {
  const place = rank ?? orderBy[0]?.expression;
  if (place) throw new SqlError('ORDER BY is not supported inside a subquery.', place, 'SC2079');
}

type Each = ReturnType<typeof eachResult>;

function first(each: Each, slots: Slots): Value {
  let found: Value;
  each(slots, (value) => {
    found = value;
    return false;
  });
  return found;
}

function last(each: Each, slots: Slots): Value {
  let found: Value;
  each(slots, (value) => {
    found = value;
    return true;
  });
  return found;
}

function all(each: Each, slots: Slots): Value[] {
  const values: Value[] = [];
  each(slots, (value) => {
    values.push(value);
    return true;
  });
  return values;
}

function single(each: Each, slots: Slots, expression: Expression): Value {
  const values: Value[] = [];
  each(slots, (value) => values.push(value) < 2);
  if (values.length < 2) return values[0];
  throw new SqlError(
    'The cardinality of a scalar subquery result set cannot be greater than one.',
    expression,
    'SC2203',
  );
}
