import type { Expression } from '../../src/sql/syntax.ts';

/**
 * What an expression over `c` is worth, straight from the tables of the language: a walk over the tree that shares
 * nothing with the engine but the tree. LIKE goes by regular expressions here.
 */
export function evaluate(expression: Expression, c: unknown): unknown {
  const of = (part: Expression): unknown => evaluate(part, c);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return c;
    case 'member':
      return memberOf(of(expression.of), of(expression.key));
    case 'unary':
      return unary(expression.operator, of(expression.operand));
    case 'binary':
      return binary(expression.operator, of(expression.left), of(expression.right));
    case 'conditional':
      return of(of(expression.test) === true ? expression.met : expression.otherwise);
    case 'between': {
      const value = of(expression.operand);
      const inside = binary('AND', binary('>=', value, of(expression.low)), binary('<=', value, of(expression.high)));
      return expression.negated ? unary('NOT', inside) : inside;
    }
    case 'in': {
      const value = of(expression.operand);
      if (value === undefined) return undefined;
      return expression.items.some((item) => binary('=', value, of(item)) === true) !== expression.negated;
    }
    case 'like': {
      const [text, pattern] = [of(expression.operand), of(expression.pattern)];
      if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
      const source = pattern.replaceAll('%', '[^]*').replaceAll('_', '[^]');
      return new RegExp(`^${source}$`, 'u').test(text) !== expression.negated;
    }
    case 'call':
      if (expression.name !== 'IS_DEFINED') throw new Error(expression.name);
      return of(expression.items[0] as Expression) !== undefined;
    case 'array':
      return expression.items.map(of).filter((value) => value !== undefined);
    case 'object': {
      const members = expression.members.map(({ name, value }) => [name, of(value)] as const);
      return Object.fromEntries(members.filter(([, value]) => value !== undefined));
    }
    default:
      throw new Error(expression.kind);
  }
}

function memberOf(object: unknown, key: unknown): unknown {
  if (Array.isArray(object)) return typeof key === 'number' ? object[key] : undefined;
  if (typeof object !== 'object' || object === null || typeof key !== 'string') return undefined;
  return new Map(Object.entries(object)).get(key);
}

function unary(operator: string, value: unknown): unknown {
  if (operator === 'NOT') return value === true ? false : value === false ? true : undefined;
  if (typeof value !== 'number') return undefined;
  if (operator === '~') return ~value;
  return operator === '-' ? -value : value;
}

function binary(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '??':
      return left === undefined ? right : left;
    case 'AND':
      if (left === false || right === false) return false;
      return left === true && right === true ? true : undefined;
    case 'OR':
      if (left === true || right === true) return true;
      return left === false && right === false ? false : undefined;
    case '||':
      return typeof left === 'string' && typeof right === 'string' ? `${left}${right}` : undefined;
    case '=':
      return sameType(left, right) ? text(left) === text(right) : undefined;
    case '!=':
      return sameType(left, right) ? text(left) !== text(right) : undefined;
  }
  if (['<', '<=', '>', '>='].includes(operator)) return ordered(operator, left, right);
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const result = calculated(operator, left, right);
  return Number.isFinite(result) ? result : undefined;
}

function ordered(operator: string, left: unknown, right: unknown): unknown {
  if (!sameType(left, right) || !['string', 'number', 'boolean'].includes(typeof left)) return undefined;
  const [a, b] = [left as number, right as number];
  if (operator === '<') return a < b;
  if (operator === '<=') return a <= b;
  return operator === '>' ? a > b : a >= b;
}

function calculated(operator: string, left: number, right: number): number {
  const operations: Record<string, () => number> = {
    '+': () => left + right,
    '-': () => left - right,
    '*': () => left * right,
    '/': () => left / right,
    '%': () => left % right,
    '&': () => left & right,
    '|': () => left | right,
    '^': () => left ^ right,
    '<<': () => left << right,
    '>>': () => left >> right,
    '>>>': () => left >>> right,
  };
  return operations[operator]?.() ?? Number.NaN;
}

function sameType(left: unknown, right: unknown): boolean {
  const type = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
  return left !== undefined && type(left) === type(right);
}

/** Equal values have equal texts: members in the order of their names. */
function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${text(member)}`)
    .sort()
    .join()}}`;
}
