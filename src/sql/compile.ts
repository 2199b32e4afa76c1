import { isAggregate } from './aggregates.ts';
import { spend, spendOn } from './budget.ts';
import { FUNCTIONS } from './functions/index.ts';
import type { SqlFunction } from './functions/sql-function.ts';
import { checkEscape, matches, parsePattern } from './like.ts';
import { metricOfCall } from './metric.ts';
import { BINARY, isBetween, UNARY } from './operators.ts';
import { printExpression } from './printer.ts';
import { type Evaluate, parameterOf, type Scope, slotOf } from './scope.ts';
import { SqlError, unsupported } from './sql-error.ts';
import { compileSubquery } from './subquery.ts';
import type { BinaryOperator, Expression, Member } from './syntax.ts';
import { equals, type Value } from './value.ts';

/** The expression as a closure over slots. Whatever is wrong with it is found here, not while it runs. */
export function compile(expression: Expression, scope: Scope): Evaluate {
  const key = scope.grouping?.keys.get(printExpression(expression));
  if (key !== undefined) return (slots) => slots[key];
  const inner = (part: Expression): Evaluate => compile(part, scope);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'parameter': {
      const value = parameterOf(expression.name, scope, expression);
      return () => value;
    }
    case 'name': {
      const slot = slotOf(expression.name, scope, expression);
      return (slots) => slots[slot];
    }
    case 'member':
      return compileMember(expression, scope);
    case 'unary':
      return compileUnary(UNARY[expression.operator], inner(expression.operand));
    case 'binary':
      return compileBinary(expression.operator, inner(expression.left), inner(expression.right));
    case 'conditional':
      return compileConditional(inner(expression.test), inner(expression.met), inner(expression.otherwise));
    case 'between':
      return compileBetween(expression, scope);
    case 'in':
      return compileIn(expression, scope);
    case 'like':
      return compileLike(expression, scope);
    case 'call':
      return compileCall(expression, scope);
    case 'array':
      return compileArray(expression.items.map(inner));
    case 'object':
      return compileObject(expression.members, inner);
    case 'subquery':
      return compileSubquery(expression, scope);
  }
}

/** An object without the members that have no value. */
export function objectOf(members: readonly (readonly [name: string, value: Value])[]): Value {
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function compileMember({ of, key }: Expression & { kind: 'member' }, scope: Scope): Evaluate {
  const object = compile(of, scope);
  if (key.kind === 'literal' && typeof key.value === 'string') {
    const name = key.value;
    return (slots) => {
      const value = object(slots);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
      return Object.hasOwn(value, name) ? (value as Record<string, Value>)[name] : undefined;
    };
  }
  const name = compile(key, scope);
  return (slots) => memberOf(object(slots), name(slots));
}

function memberOf(object: Value, key: Value): Value {
  if (typeof object !== 'object' || object === null) return undefined;
  if (typeof key !== (Array.isArray(object) ? 'number' : 'string')) return undefined;
  return Object.hasOwn(object, key as PropertyKey) ? (object as Record<PropertyKey, Value>)[key as never] : undefined;
}

function compileUnary(apply: (operand: Value) => Value, operand: Evaluate): Evaluate {
  return (slots) => apply(operand(slots));
}

function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === 'AND') return compileLogic(left, right, false);
  if (operator === 'OR') return compileLogic(left, right, true);
  if (operator === '??') return compileCoalesce(left, right);
  const apply = BINARY[operator];
  return (slots) => apply(left(slots), right(slots));
}

/** Three-valued AND and OR: `decisive` on either side settles the result, even when the other is not a boolean. */
function compileLogic(left: Evaluate, right: Evaluate, decisive: boolean): Evaluate {
  return (slots) => {
    const first = left(slots);
    if (first === decisive) return decisive;
    const second = right(slots);
    if (second === decisive) return decisive;
    return typeof first === 'boolean' && typeof second === 'boolean' ? !decisive : undefined;
  };
}

/** The left side unless it is undefined: null is a value. */
function compileCoalesce(left: Evaluate, right: Evaluate): Evaluate {
  return (slots) => {
    const value = left(slots);
    return value === undefined ? right(slots) : value;
  };
}

function compileConditional(test: Evaluate, met: Evaluate, otherwise: Evaluate): Evaluate {
  return (slots) => (test(slots) === true ? met(slots) : otherwise(slots));
}

function compileBetween(expression: Expression & { kind: 'between' }, scope: Scope): Evaluate {
  const [value, low, high] = [expression.operand, expression.low, expression.high].map((part) => compile(part, scope));
  const test: Evaluate = (slots) => isBetween(value?.(slots), low?.(slots), high?.(slots));
  return expression.negated ? compileUnary(UNARY.NOT, test) : test;
}

/** Strings, numbers and the like that are known now are looked up in a set: a list may have thousands of them. */
function compileIn({ operand, items, negated }: Expression & { kind: 'in' }, scope: Scope): Evaluate {
  const value = compile(operand, scope);
  const known = items.filter((item) => isKnownPrimitive(item, scope));
  const values = new Set(known.map((item) => compile(item, scope)([])));
  const others = items.filter((item) => !isKnownPrimitive(item, scope)).map((item) => compile(item, scope));
  return (slots) => {
    const wanted = value(slots);
    if (wanted === undefined) return undefined;
    return (values.has(wanted) || others.some((item) => equals(wanted, item(slots)) === true)) !== negated;
  };
}

function isKnownPrimitive(item: Expression, scope: Scope): boolean {
  if (item.kind === 'literal') return true;
  if (item.kind !== 'parameter') return false;
  const value = scope.parameters.get(item.name);
  return value !== undefined && (typeof value !== 'object' || value === null);
}

function compileLike(expression: Expression & { kind: 'like' }, scope: Scope): Evaluate {
  const { operand, pattern, escape: escaper, negated } = expression;
  checkEscape(escaper, expression);
  const [text, wanted] = [compile(operand, scope), compile(pattern, scope)];
  const known = isKnownPrimitive(pattern, scope) ? wanted([]) : undefined;
  const prepared = typeof known === 'string' ? parsePattern(known, escaper) : undefined;
  return (slots) => {
    const value = text(slots);
    const template = prepared ? '' : wanted(slots);
    if (typeof value !== 'string' || typeof template !== 'string') return undefined;
    return matches(value, prepared ?? parsePattern(template, escaper)) !== negated;
  };
}

function compileArray(items: readonly Evaluate[]): Evaluate {
  return (slots) => {
    spend(items.length);
    return items.map((item) => item(slots)).filter((value) => value !== undefined);
  };
}

function compileObject(members: readonly Member[], inner: (part: Expression) => Evaluate): Evaluate {
  const values = members.map(({ name, value }) => [name, inner(value)] as const);
  return (slots) => {
    spend(values.length);
    return objectOf(values.map(([name, value]) => [name, value(slots)]));
  };
}

function compileCall(expression: Expression & { kind: 'call' }, scope: Scope): Evaluate {
  const { name } = expression;
  if (isAggregate(name)) return compileAggregate(expression, scope);
  if (name === 'FULLTEXTSCORE') {
    const message = 'The FullTextScore function is only allowed in the ORDER BY RANK clause.';
    throw new SqlError(message, expression, 'SC2240');
  }
  const known = FUNCTIONS.get(name);
  if (!known) throw new SqlError(`'${name}' is not a recognized built-in function name.`, expression, 'SC2005');
  const items = expression.items.map((item) => compile(item, scope));
  refuseCount(expression, ...known.arguments);
  refuseFuzzyTerms(expression);
  if (known.once) return compileOnce(name, known, scope);
  const { call } = known;
  const metric = metricOfCall(expression, scope);
  if (metric !== undefined) return withMetric(call, items, metric);
  const [first, second] = items;
  if (items.length === 1 && first) return (slots) => metered(call(metered(first(slots))));
  if (items.length === 2 && first && second) {
    return (slots) => metered(call(metered(first(slots)), metered(second(slots))));
  }
  return (slots) => metered(call(...items.map((item) => metered(item(slots)))));
}

/** The first call of the query is made now. */
function compileOnce(name: string, { call }: SqlFunction, { constants }: Scope): Evaluate {
  if (!constants.has(name)) constants.set(name, call());
  const value = constants.get(name);
  return () => value;
}

function metered(value: Value): Value {
  spendOn(value);
  return value;
}

/** A term that is an object asks for words of nearly the same letters. */
function refuseFuzzyTerms({ name, items }: Expression & { kind: 'call' }): void {
  const fuzzy = name.startsWith('FULLTEXTCONTAINS') && items.slice(1).find(({ kind }) => kind === 'object');
  if (fuzzy) throw unsupported('Fuzzy full-text search', fuzzy);
}

/** The function with the metric of the container, unless the call names another. */
function withMetric(
  call: (...values: Value[]) => Value,
  items: readonly Evaluate[],
  distanceFunction: string,
): Evaluate {
  return (slots) => {
    const [left, right, isExact = false, options = {}] = items.map((item) => item(slots));
    return call(left, right, isExact, typeof options === 'object' ? { distanceFunction, ...options } : options);
  };
}

function compileAggregate(expression: Expression & { kind: 'call' }, scope: Scope): Evaluate {
  const { name, items } = expression;
  const aggregate = scope.grouping?.aggregate;
  refuseCount(expression, 1, 1);
  if (!aggregate) {
    throw new SqlError(`The aggregate function '${name}' is not allowed at this place.`, expression, 'SC2046');
  }
  const slot = aggregate(name, items[0] as Expression);
  return (slots) => slots[slot];
}

function refuseCount(expression: Expression & { kind: 'call' }, fewest: number, most: number): void {
  const { name, items } = expression;
  if (items.length >= fewest && items.length <= most) return;
  const wanted = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
  throw new SqlError(`The ${name} function requires ${wanted} argument(s).`, expression, 'SC2050');
}
