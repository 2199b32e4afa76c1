import { compile, type Evaluate, type Scope } from './compile.ts';
import { parseSelect } from './parser.ts';
import { SqlError } from './sql-error.ts';
import type { Expression, Projection } from './syntax.ts';
import type { Value } from './value.ts';

export interface Query {
  /** Whether a document belongs to the result; absent when every one does. */
  readonly filter?: (document: Value) => boolean;
  /** What a document contributes; absent when the document itself does, `undefined` when nothing. */
  readonly project?: (document: Value) => Value;
  /** Set for a query that answers with one number over all documents. */
  readonly count?: Count;
  readonly top?: number;
}

interface Count {
  /** Whether a document is counted; absent when every one is. */
  readonly counts?: (document: Value) => boolean;
  readonly result: (count: number) => Value;
}

export interface QueryParameter {
  readonly name: string;
  readonly value: Value;
}

/** Prepares a query to be run over documents. Throws an `SqlError` when the text or a parameter is not in order. */
export function prepareQuery(text: string, parameters: readonly QueryParameter[] = []): Query {
  const select = parseSelect(text);
  const scope = { alias: select.alias, parameters: new Map(parameters.map(({ name, value }) => [name, value])) };
  const where = select.where && compile(select.where, scope);
  const count = countOf(select.projection, scope);
  const project = count ? undefined : projectionOf(select.projection, scope);
  return {
    ...(where && { filter: (document: Value) => where(document) === true }),
    ...(project && { project }),
    ...(count && { count }),
    ...(select.top && { top: topOf(select.top, scope) }),
  };
}

function countOf(projection: Projection, scope: Scope): Count | undefined {
  if (projection.kind === 'value') {
    const counted = countedBy(projection.expression, scope);
    return counted && { ...counted, result: (count) => count };
  }
  const item = projection.kind === 'list' && projection.items.length === 1 ? projection.items[0] : undefined;
  const counted = item && countedBy(item.expression, scope);
  return counted && { ...counted, result: (count) => ({ [item.alias ?? '$1']: count }) };
}

function countedBy(expression: Expression, scope: Scope): Pick<Count, 'counts'> | undefined {
  if (expression.kind !== 'call' || expression.name !== 'COUNT') return undefined;
  const [argument] = expression.items;
  if (!argument || expression.items.length > 1) {
    throw new SqlError('The COUNT function requires 1 argument(s).', expression, 'SC2050');
  }
  const value = compile(argument, scope);
  return argument.kind === 'literal' ? {} : { counts: (document) => value(document) !== undefined };
}

function projectionOf(projection: Projection, scope: Scope): Evaluate | undefined {
  if (projection.kind === 'document') return undefined;
  if (projection.kind === 'value') {
    const { expression } = projection;
    return expression.kind === 'name' && expression.name === scope.alias ? undefined : compile(expression, scope);
  }
  let unnamed = 0;
  const members = projection.items.map(({ expression, alias }) => {
    const name = alias ?? nameOf(expression) ?? `$${++unnamed}`;
    return [name, compile(expression, scope)] as const;
  });
  return (document) => Object.fromEntries(members.map(([name, value]) => [name, value(document)]));
}

function nameOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member' || expression.key.kind !== 'literal') return undefined;
  return typeof expression.key.value === 'string' ? expression.key.value : undefined;
}

function topOf(expression: Expression, scope: Scope): number {
  const value = compile(expression, { ...scope, alias: '' })(undefined);
  if (Number.isInteger(value) && (value as number) >= 0) return value as number;
  throw new SqlError('The TOP value must be a whole number that is not negative.', expression, 'SC2062');
}
