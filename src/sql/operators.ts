import { NOWHERE, SqlError } from './sql-error.ts';
import type { BinaryOperator, UnaryOperator } from './syntax.ts';
import { compare, equals, type Value } from './value.ts';

type Lazy = 'AND' | 'OR' | '??';

/** The operators that need both sides. `undefined` is the answer to values of the wrong type. */
export const BINARY: Readonly<Record<Exclude<BinaryOperator, Lazy>, (left: Value, right: Value) => Value>> = {
  '=': equals,
  '!=': (left, right) => negated(equals(left, right)),
  '<': (left, right) => tested(compare(left, right), (order) => order < 0),
  '<=': (left, right) => tested(compare(left, right), (order) => order <= 0),
  '>': (left, right) => tested(compare(left, right), (order) => order > 0),
  '>=': (left, right) => tested(compare(left, right), (order) => order >= 0),
  '<<': numeric((left, right) => left << right),
  '>>': numeric((left, right) => left >> right),
  '>>>': numeric((left, right) => left >>> right),
  '|': numeric((left, right) => left | right),
  '^': numeric((left, right) => left ^ right),
  '&': numeric((left, right) => left & right),
  '+': numeric((left, right) => left + right),
  '-': numeric((left, right) => left - right),
  '*': numeric((left, right) => left * right),
  '/': numeric((left, right) => left / right),
  '%': numeric((left, right) => left % right),
  '||': concatenate,
};

export const UNARY: Readonly<Record<UnaryOperator, (operand: Value) => Value>> = {
  NOT: (operand) => (typeof operand === 'boolean' ? !operand : undefined),
  '-': (operand) => (typeof operand === 'number' ? -operand : undefined),
  '+': (operand) => (typeof operand === 'number' ? operand : undefined),
  '~': (operand) => (typeof operand === 'number' ? ~operand : undefined),
};

/** `>= low AND <= high`. */
export function isBetween(value: Value, low: Value, high: Value): boolean | undefined {
  const above = BINARY['>='](value, low);
  const below = BINARY['<='](value, high);
  if (above === false || below === false) return false;
  return above === undefined || below === undefined ? undefined : true;
}

/** What a query may hold in one string. */
const TEXT_MAX = 4 * 1024 * 1024;

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function tested(order: number | undefined, test: (order: number) => boolean): boolean | undefined {
  return order === undefined ? undefined : test(order);
}

function numeric(apply: (left: number, right: number) => number) {
  return (left: Value, right: Value): Value => {
    if (typeof left !== 'number' || typeof right !== 'number') return undefined;
    const result = apply(left, right);
    // JSON has no infinity: what cannot be written is not a value.
    return Number.isFinite(result) ? result : undefined;
  };
}

function concatenate(left: Value, right: Value): Value {
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  if (left.length + right.length <= TEXT_MAX) return left + right;
  throw new SqlError('The query makes a string that is longer than an answer may be.', NOWHERE, 'SC9003');
}
