import { parseExpression } from './expression.ts';
import { parseProjection, parseSelect } from './parser.ts';
import { namesOf, resultNames } from './projection.ts';
import { prepareSelect } from './query.ts';
import { SqlError } from './sql-error.ts';
import type { Expression, Projection, Select } from './syntax.ts';
import { Tokens } from './tokens.ts';
import type { Value } from './value.ts';
import { expressionsOf, findPart, hasAggregate, isAggregateCall, isPath } from './walk.ts';

// Clauses of a query without the query: documents are called `c`. Places in errors are those in the text of the clause.

/** What WHERE would say of a document. Throws an `SqlError` when the text is not one predicate. */
export function preparePredicate(text: string): (document: Value) => boolean {
  return prepareSelect({ ...EVERY, where: alone(text, parseExpression) }).filter;
}

/** What comes of a document, in the words that follow SELECT. */
export interface Selection {
  /** Of the columns; absent when the only part is the result itself, as of `VALUE` and `*`. */
  readonly names: readonly string[] | undefined;
  readonly parts: readonly Part[];
}

export interface Part {
  /** Where it lies in the document, when that is all there is to it; empty for the document itself. */
  readonly path: readonly string[] | undefined;
  /** `undefined` when there is none. */
  of(document: Value): Value;
}

/** Throws an `SqlError` when the text is not a projection of single documents. */
export function prepareSelection(text: string): Selection {
  const projection = alone(text, parseProjection);
  refuseAggregates(projection);
  if (projection.kind === 'list')
    return { names: namesOf(projection.items), parts: expressionsOf(projection).map(partOf) };
  if (projection.kind === 'value') return { names: undefined, parts: [partOf(projection.expression)] };
  return { names: undefined, parts: [{ path: [], of: (document) => document }] };
}

/** The names that documents have after SELECT with this text, where it says all of them; nothing for what is no SQL. */
export function namesSelected(text: string): readonly string[] | undefined {
  try {
    return resultNames(alone(text, parseProjection));
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

const EVERY: Select = parseSelect('SELECT * FROM c');

function alone<Node>(text: string, parse: (tokens: Tokens) => Node): Node {
  const tokens = new Tokens(text);
  const node = parse(tokens);
  if (tokens.next.kind !== 'end') throw tokens.unexpected();
  return node;
}

function refuseAggregates(projection: Projection): void {
  if (!hasAggregate(projection)) return;
  const [call] = expressionsOf(projection).flatMap((expression) => findPart(expression, isAggregateCall) ?? []);
  throw new SqlError('Aggregates need more than one document.', call as Expression, 'SC2046');
}

function partOf(expression: Expression): Part {
  const { project } = prepareSelect({ ...EVERY, projection: { kind: 'value', expression } });
  return { path: pathOf(expression), of: project };
}

function pathOf(expression: Expression): readonly string[] | undefined {
  if (expression.kind === 'name') return [];
  if (!isPath(expression) || expression.kind !== 'member') return undefined;
  const above = pathOf(expression.of);
  const { key } = expression;
  return above && key.kind === 'literal' && typeof key.value === 'string' ? [...above, key.value] : undefined;
}
