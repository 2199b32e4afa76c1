import { isAggregate } from './aggregates.ts';
import type { Expression, Projection } from './syntax.ts';

/** The expressions directly below one, those of subqueries left out. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.of, expression.key];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.met, expression.otherwise];
    case 'between':
      return [expression.operand, expression.low, expression.high];
    case 'in':
      return [expression.operand, ...expression.items];
    case 'like':
      return [expression.operand, expression.pattern];
    case 'call':
    case 'array':
      return expression.items;
    case 'object':
      return expression.members.map(({ value }) => value);
    default:
      return [];
  }
}

/** The first expression that fits, from the outside in. */
export function findPart(expression: Expression, fits: (part: Expression) => boolean): Expression | undefined {
  if (fits(expression)) return expression;
  for (const part of partsOf(expression)) {
    const found = findPart(part, fits);
    if (found) return found;
  }
  return undefined;
}

export function expressionsOf(projection: Projection): readonly Expression[] {
  if (projection.kind === 'document') return [];
  return projection.kind === 'value' ? [projection.expression] : projection.items.map(({ expression }) => expression);
}

export function isAggregateCall(expression: Expression): expression is Expression & { kind: 'call' } {
  return expression.kind === 'call' && isAggregate(expression.name);
}

export function hasAggregate(projection: Projection): boolean {
  return expressionsOf(projection).some((expression) => findPart(expression, isAggregateCall));
}

/** `c.a["b"][0]`: a name and known steps below it. */
export function isPath(expression: Expression): boolean {
  if (expression.kind !== 'member') return false;
  return expression.key.kind === 'literal' && (expression.of.kind === 'name' || isPath(expression.of));
}

/** The names below the alias that the expression begins with; `undefined` when it is no path of names. */
export function pathOf(expression: Expression): string[] | undefined {
  if (expression.kind === 'name') return [];
  if (expression.kind !== 'member' || expression.key.kind !== 'literal') return undefined;
  const above = pathOf(expression.of);
  return above && [...above, String(expression.key.value)];
}
