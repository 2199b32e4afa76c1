import type { Query } from './query.ts';
import { aliasOf } from './rows.ts';
import type { Expression } from './syntax.ts';
import { pathOf } from './walk.ts';

/** A property of documents that a query is ordered by: its names, from the top. */
export interface OrderedPath {
  readonly names: readonly string[];
  readonly descending: boolean;
}

/** What a query is ordered by, as far as this is properties of the container's documents, in its order. */
export function orderedPaths({ select, inner }: Query): OrderedPath[] {
  const [source] = select.from;
  if (inner || source?.over.kind !== 'name' || source.iterated) return [];
  const alias = aliasOf(source);
  return select.orderBy.flatMap(({ expression, descending }) => {
    const names = rootOf(expression) === alias ? pathOf(expression) : undefined;
    return names && names.length > 0 ? [{ names, descending }] : [];
  });
}

function rootOf(expression: Expression): string | undefined {
  if (expression.kind === 'member') return rootOf(expression.of);
  return expression.kind === 'name' ? expression.name : undefined;
}
