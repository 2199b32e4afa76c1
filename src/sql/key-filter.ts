import { printExpression } from './printer.ts';
import type { Query } from './query.ts';
import { aliasOf } from './rows.ts';
import type { Expression } from './syntax.ts';
import type { Value } from './value.ts';

/** The only values that a property may have in documents of the result; `undefined` when the query does not say so. */
export function valuesOf({ select, inner, parameters }: Query, path: readonly string[]): Value[] | undefined {
  const [source] = select.from;
  if (inner || !select.where || source?.over.kind !== 'name' || source.iterated) return undefined;
  const place = { start: 0, end: 0 };
  const property = path.reduce<Expression>(
    (of, value) => ({ kind: 'member', of, key: { kind: 'literal', value, ...place }, ...place }),
    { kind: 'name', name: aliasOf(source) ?? '', ...place },
  );
  const text = printExpression(property);
  for (const condition of conditionsOf(select.where)) {
    const items = itemsOf(condition, text);
    const values = items?.map((item) => knownValue(item, parameters));
    if (values?.every((value) => value !== undefined)) return values;
  }
  return undefined;
}

/** What must hold at the same time. */
function conditionsOf(expression: Expression): Expression[] {
  if (expression.kind !== 'binary' || expression.operator !== 'AND') return [expression];
  return [...conditionsOf(expression.left), ...conditionsOf(expression.right)];
}

/** The expressions one of which the property equals. */
function itemsOf(condition: Expression, property: string): readonly Expression[] | undefined {
  if (condition.kind === 'in' && !condition.negated && printExpression(condition.operand) === property) {
    return condition.items;
  }
  if (condition.kind !== 'binary' || condition.operator !== '=') return undefined;
  if (printExpression(condition.left) === property) return [condition.right];
  return printExpression(condition.right) === property ? [condition.left] : undefined;
}

/** A string, number, boolean or null that is known before the query runs. */
function knownValue(item: Expression, parameters: ReadonlyMap<string, Value>): Value {
  const value =
    item.kind === 'literal' ? item.value : item.kind === 'parameter' ? parameters.get(item.name) : undefined;
  return typeof value === 'object' && value !== null ? undefined : value;
}
