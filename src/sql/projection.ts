import { compile, objectOf } from './compile.ts';
import type { Evaluate, Scope } from './scope.ts';
import { type Place, SqlError } from './sql-error.ts';
import type { Expression, Projection, ProjectionItem, Select } from './syntax.ts';

/** What a row, or a group of them, contributes to the result; `undefined` when nothing. `first` is the slot for `*`. */
export function compileProjection(select: Select, scope: Scope, first: number | undefined): Evaluate {
  const { projection } = select;
  if (projection.kind === 'document') return compileDocument(select, projection, first);
  if (projection.kind === 'value') return compile(projection.expression, scope);
  const names = namesOf(projection.items);
  const members = projection.items.map(({ expression }, index) => {
    return [names[index] as string, compile(expression, scope)] as const;
  });
  return (slots) => objectOf(members.map(([name, value]) => [name, value(slots)]));
}

/** The names of the columns: as given, the last of a path, or `$1`, `$2` and so on. Throws when two are the same. */
export function namesOf(items: readonly ProjectionItem[]): string[] {
  let unnamed = 0;
  const names = items.map(({ expression, alias }) => alias ?? nameOf(expression) ?? `$${++unnamed}`);
  const twice = names.findIndex((name, index) => names.indexOf(name) < index);
  const item = items[twice];
  if (!item) return names;
  throw new SqlError(`The name '${names[twice]}' is given to more than one column.`, item.expression, 'SC2006');
}

/** The names that results have, where the text says all of them: as columns, or in the object that `VALUE` makes. */
export function resultNames(projection: Projection): readonly string[] | undefined {
  if (projection.kind === 'document') return undefined;
  if (projection.kind === 'list') {
    const isNamed = projection.items.every(({ expression, alias }) => (alias ?? nameOf(expression)) !== undefined);
    return isNamed ? namesOf(projection.items) : undefined;
  }
  const { expression } = projection;
  return expression.kind === 'object' ? [...new Set(expression.members.map(({ name }) => name))] : undefined;
}

function nameOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member' || expression.key.kind !== 'literal') return undefined;
  return typeof expression.key.value === 'string' ? expression.key.value : undefined;
}

function compileDocument({ from, groupBy }: Select, place: Place, first: number | undefined): Evaluate {
  if (first === undefined) throw new SqlError("'SELECT *' is not valid if FROM clause is omitted.", place, 'SC2039');
  if (from.length > 1) throw new SqlError("'SELECT *' is only valid with a single input set.", place, 'SC2040');
  if (groupBy.length > 0) throw new SqlError("'SELECT *' is not valid with GROUP BY.", place, 'SC2041');
  return (slots) => slots[first];
}
