import { FUNCTIONS } from './functions/index.ts';
import { SqlError, unsupported } from './sql-error.ts';
import type { BinaryOperator, Expression } from './syntax.ts';
import { compare, equals, type Value } from './value.ts';

export type Evaluate = (document: Value) => Value;

export interface Scope {
  readonly alias: string;
  readonly parameters: ReadonlyMap<string, Value>;
}

/** The expression as a closure over the document. Whatever is wrong with it is found here, not while it runs. */
export function compile(expression: Expression, scope: Scope): Evaluate {
  const inner = (part: Expression): Evaluate => compile(part, scope);
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'parameter':
      return compileParameter(expression, scope);
    case 'name':
      if (expression.name === scope.alias) return (document) => document;
      throw new SqlError(`Identifier '${expression.name}' could not be resolved.`, expression, 'SC2001');
    case 'member':
      return compileMember(inner(expression.of), inner(expression.key));
    case 'not':
      return compileNot(inner(expression.operand));
    case 'negate':
      return compileSign(inner(expression.operand), -1);
    case 'plus':
      return compileSign(inner(expression.operand), 1);
    case 'binary':
      return compileBinary(expression.operator, inner(expression.left), inner(expression.right));
    case 'between':
      return compileBetween(inner(expression.operand), inner(expression.low), inner(expression.high));
    case 'in':
      return compileIn(expression, scope);
    case 'call':
      return compileCall(expression, expression.items.map(inner));
  }
}

function compileParameter(expression: Expression & { kind: 'parameter' }, scope: Scope): Evaluate {
  if (!scope.parameters.has(expression.name)) {
    throw new SqlError(`Parameter '${expression.name}' has no value.`, expression, 'SC2016');
  }
  const value = scope.parameters.get(expression.name);
  return () => value;
}

function compileMember(of: Evaluate, key: Evaluate): Evaluate {
  return (document) => {
    const object = of(document);
    if (typeof object !== 'object' || object === null) return undefined;
    const name = key(document);
    if (typeof name !== (Array.isArray(object) ? 'number' : 'string')) return undefined;
    return Object.hasOwn(object, name as PropertyKey)
      ? (object as Record<PropertyKey, Value>)[name as never]
      : undefined;
  };
}

function compileNot(operand: Evaluate): Evaluate {
  return (document) => {
    const value = operand(document);
    return typeof value === 'boolean' ? !value : undefined;
  };
}

function compileSign(operand: Evaluate, sign: 1 | -1): Evaluate {
  return (document) => {
    const value = operand(document);
    return typeof value === 'number' ? sign * value : undefined;
  };
}

function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === 'AND') return compileLogic(left, right, false);
  if (operator === 'OR') return compileLogic(left, right, true);
  const apply = OPERATORS[operator];
  return (document) => apply(left(document), right(document));
}

/** Three-valued AND and OR: `decisive` on either side settles the result, even when the other is not a boolean. */
function compileLogic(left: Evaluate, right: Evaluate, decisive: boolean): Evaluate {
  return (document) => {
    const first = left(document);
    if (first === decisive) return decisive;
    const second = right(document);
    if (second === decisive) return decisive;
    return typeof first === 'boolean' && typeof second === 'boolean' ? !decisive : undefined;
  };
}

const OPERATORS: Readonly<Record<Exclude<BinaryOperator, 'AND' | 'OR'>, (left: Value, right: Value) => Value>> = {
  '=': equals,
  '!=': (left, right) => negated(equals(left, right)),
  '<': (left, right) => tested(compare(left, right), (order) => order < 0),
  '<=': (left, right) => tested(compare(left, right), (order) => order <= 0),
  '>': (left, right) => tested(compare(left, right), (order) => order > 0),
  '>=': (left, right) => tested(compare(left, right), (order) => order >= 0),
  '+': arithmetic((left, right) => left + right),
  '-': arithmetic((left, right) => left - right),
  '*': arithmetic((left, right) => left * right),
  '/': arithmetic((left, right) => left / right),
  '%': arithmetic((left, right) => left % right),
};

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function tested(order: number | undefined, test: (order: number) => boolean): boolean | undefined {
  return order === undefined ? undefined : test(order);
}

function arithmetic(apply: (left: number, right: number) => number) {
  return (left: Value, right: Value): Value => {
    if (typeof left !== 'number' || typeof right !== 'number') return undefined;
    const result = apply(left, right);
    // JSON has no infinity: what cannot be written is not a value.
    return Number.isFinite(result) ? result : undefined;
  };
}

/** `>= low AND <= high` of an operand that is evaluated once: it may be a BETWEEN itself. */
function compileBetween(operand: Evaluate, low: Evaluate, high: Evaluate): Evaluate {
  return (document) => {
    const value = operand(document);
    const above = OPERATORS['>='](value, low(document));
    const below = OPERATORS['<='](value, high(document));
    if (above === false || below === false) return false;
    return above === undefined || below === undefined ? undefined : true;
  };
}

/** Strings, numbers and the like that are known now are looked up in a set: a list may have thousands of them. */
function compileIn({ operand, items }: Expression & { kind: 'in' }, scope: Scope): Evaluate {
  const value = compile(operand, scope);
  const known = items.filter((item) => isKnownPrimitive(item, scope));
  const values = new Set(known.map((item) => compile(item, scope)(undefined)));
  const others = items.filter((item) => !isKnownPrimitive(item, scope)).map((item) => compile(item, scope));
  return (document) => {
    const wanted = value(document);
    if (wanted === undefined) return undefined;
    return values.has(wanted) || others.some((item) => equals(wanted, item(document)) === true);
  };
}

function isKnownPrimitive(item: Expression, scope: Scope): boolean {
  if (item.kind === 'literal') return true;
  if (item.kind !== 'parameter') return false;
  const value = scope.parameters.get(item.name);
  return value !== undefined && (typeof value !== 'object' || value === null);
}

function compileCall(expression: Expression & { kind: 'call' }, items: readonly Evaluate[]): Evaluate {
  const known = FUNCTIONS.get(expression.name);
  if (!known) throw unsupported(`the function ${expression.name} at this place`, expression);
  const [fewest, most] = known.arguments;
  if (items.length < fewest || items.length > most) {
    throw new SqlError(`The ${expression.name} function requires ${fewest} argument(s).`, expression, 'SC2050');
  }
  return (document) => known.call(...items.map((item) => item(document)));
}
