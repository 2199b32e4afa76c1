import { isReserved } from './keywords.ts';
import type { Expression, Projection, Select, Source } from './syntax.ts';

/** A query as text that reads as the same tree. */
export function printSelect(select: Select): string {
  const { distinct, top, projection, from, where, groupBy, orderBy, rank, offset, limit } = select;
  const parts = ['SELECT'];
  if (distinct) parts.push('DISTINCT');
  if (top) parts.push(`TOP ${printExpression(top)}`);
  parts.push(printProjection(projection));
  if (from.length > 0) parts.push(`FROM ${from.map(printSource).join(' JOIN ')}`);
  if (where) parts.push(`WHERE ${printExpression(where)}`);
  if (groupBy.length > 0) parts.push(`GROUP BY ${groupBy.map(printExpression).join(', ')}`);
  const keys = orderBy.map(
    ({ expression, descending }) => `${printExpression(expression)}${descending ? ' DESC' : ''}`,
  );
  if (keys.length > 0) parts.push(`ORDER BY ${keys.join(', ')}`);
  if (rank) parts.push(`ORDER BY RANK ${printExpression(rank.score)}`);
  if (offset && limit) parts.push(`OFFSET ${printExpression(offset)} LIMIT ${printExpression(limit)}`);
  return parts.join(' ');
}

/** An expression as text; two with the same text mean the same, wherever they were written. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value);
    case 'parameter':
    case 'name':
      return expression.name;
    case 'member':
      return `${printPart(expression.of)}${printKey(expression.key)}`;
    case 'unary':
      return `${expression.operator === 'NOT' ? 'NOT ' : expression.operator}${printPart(expression.operand)}`;
    case 'binary':
      return `${printPart(expression.left)} ${expression.operator} ${printPart(expression.right)}`;
    case 'conditional':
      return `${printPart(expression.test)} ? ${printPart(expression.met)} : ${printPart(expression.otherwise)}`;
    case 'between':
    case 'in':
    case 'like':
      return `${printPart(expression.operand)}${expression.negated ? ' NOT' : ''} ${printTest(expression)}`;
    case 'call':
      return `${expression.name}(${expression.items.map(printExpression).join(', ')})`;
    case 'array':
      return `[${expression.items.map(printExpression).join(', ')}]`;
    case 'object':
      return `{${expression.members.map(({ name, value }) => `${JSON.stringify(name)}: ${printExpression(value)}`).join(', ')}}`;
    case 'subquery': {
      const word = expression.form === 'value' || expression.form === 'rows' ? '' : expression.form;
      return `${word}(${printSelect(expression.select)})`;
    }
  }
}

function printProjection(projection: Projection): string {
  if (projection.kind === 'document') return '*';
  if (projection.kind === 'value') return `VALUE ${printExpression(projection.expression)}`;
  const items = projection.items.map(({ expression, alias }) => {
    if (alias === undefined) return printExpression(expression);
    return `${printExpression(expression)} AS ${isName(alias) ? alias : JSON.stringify(alias)}`;
  });
  return items.join(', ');
}

function printSource({ over, iterated, alias }: Source): string {
  if (iterated) return `${alias} IN ${printExpression(over)}`;
  return `${printExpression(over)}${alias === undefined ? '' : ` AS ${alias}`}`;
}

function printLiteral(value: string | number | boolean | null | undefined): string {
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

function printKey(key: Expression): string {
  if (key.kind === 'literal' && typeof key.value === 'string' && isName(key.value)) return `.${key.value}`;
  return `[${printExpression(key)}]`;
}

function printTest(test: Expression & { kind: 'between' | 'in' | 'like' }): string {
  if (test.kind === 'in') return `IN (${test.items.map(printExpression).join(', ')})`;
  if (test.kind === 'between') return `BETWEEN ${printPart(test.low)} AND ${printPart(test.high)}`;
  const escaper = test.escape === undefined ? '' : ` ESCAPE ${JSON.stringify(test.escape)}`;
  return `LIKE ${printPart(test.pattern)}${escaper}`;
}

/** In parentheses, unless nothing around it could take a part of it away. */
function printPart(expression: Expression): string {
  const text = printExpression(expression);
  return CLOSED.has(expression.kind) ? text : `(${text})`;
}

const CLOSED: ReadonlySet<Expression['kind']> = new Set<Expression['kind']>([
  'literal',
  'parameter',
  'name',
  'member',
  'call',
  'array',
  'object',
  'subquery',
]);

function isName(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) && !isReserved(text);
}
