import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { parseSelect } from '../sql/parser.ts';
import { printExpression, printSelect } from '../sql/printer.ts';
import { namesOf } from '../sql/projection.ts';
import { isStreaming, readsDocuments } from '../sql/query.ts';
import { rewriteSince, rewriteStamped } from '../sql/rewriting.ts';
import { aliasOf } from '../sql/rows.ts';
import { NOWHERE, SqlError } from '../sql/sql-error.ts';
import type { Expression, Select } from '../sql/syntax.ts';

/** What the text of a query says about how its results can be had. */
export interface QueryShape {
  /** Whether each range has its results by itself: a filter and a projection, and nothing that puts results together. */
  readonly isPerRange: boolean;
  /** What the results are: documents as they are stored, something that names its document, or anything. */
  readonly results: 'documents' | 'named' | 'values';
  /** Queries for less, where a result belongs to one document. */
  readonly versions: VersionQueries | undefined;
}

export interface VersionQueries {
  /** Each result as `payload`, beside the system properties of its document. */
  readonly stamped: string;
  /** Results of what was written at `MARK` or later. */
  readonly since: string;
  readonly stampedSince: string;
}

/** The parameter with the time, in seconds since 1970, from which on documents are wanted. */
export const MARK = '@cosmosflowMark';

/** Reads a query. One that does not make sense here may still do so to the service: nothing is known of it. */
export function shapeOf(text: string, partitionKey: PartitionKeyDefinition): QueryShape {
  try {
    const select = parseSelect(text);
    if (!isStreaming(select) || !readsDocuments(select)) return UNKNOWN;
    return { isPerRange: true, results: resultsOf(select, partitionKey), versions: versionsOf(select) };
  } catch (error) {
    if (error instanceof SqlError) return UNKNOWN;
    throw error;
  }
}

const UNKNOWN: QueryShape = { isPerRange: false, results: 'values', versions: undefined };

function resultsOf(select: Select, { paths }: PartitionKeyDefinition): QueryShape['results'] {
  const alias = documentAlias(select);
  if (alias === undefined || select.from.length > 1) return 'values';
  const { projection } = select;
  if (projection.kind === 'document') return 'documents';
  if (projection.kind === 'value') return printExpression(projection.expression) === alias ? 'documents' : 'values';
  const names = namesOf(projection.items);
  const columns = new Map(projection.items.map(({ expression }, at) => [names[at], printExpression(expression)]));
  const wanted = ['id', ...paths.map((path) => propertyNames(path)[0] ?? '')];
  return wanted.every((name) => columns.get(name) === printExpression(member(alias, name))) ? 'named' : 'values';
}

function versionsOf(select: Select): VersionQueries | undefined {
  if (documentAlias(select) === undefined) return undefined;
  const since = rewriteSince(select, { kind: 'parameter', name: MARK, ...NOWHERE });
  return {
    stamped: printSelect(rewriteStamped(select)),
    since: printSelect(since),
    stampedSince: printSelect(rewriteStamped(since)),
  };
}

/** The name that documents have in a query whose first source they are. */
function documentAlias({ from: [source] }: Select): string | undefined {
  return source?.over.kind === 'name' && !source.iterated ? aliasOf(source) : undefined;
}

function member(of: string, value: string): Expression {
  const key: Expression = { kind: 'literal', value, ...NOWHERE };
  return { kind: 'member', of: { kind: 'name', name: of, ...NOWHERE }, key, ...NOWHERE };
}
