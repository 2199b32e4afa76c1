import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { tokenize } from '../sql/lexer.ts';
import { parseSelect } from '../sql/parser.ts';
import { printExpression, printSelect } from '../sql/printer.ts';
import { namesOf, resultNames } from '../sql/projection.ts';
import { isStreaming, readsDocuments } from '../sql/query.ts';
import { rewriteSince, rewriteStamped } from '../sql/rewriting.ts';
import { aliasOf } from '../sql/rows.ts';
import { NOWHERE, SqlError } from '../sql/sql-error.ts';
import type { Expression, Select } from '../sql/syntax.ts';

/** What the text of a query says about how its results can be had. */
export interface QueryShape {
  /** Whether each range has its results by itself: a filter and a projection, and nothing that puts results together. */
  readonly isPerRange: boolean;
  /** Whether the results are documents as they are stored. */
  readonly areDocuments: boolean;
  /** Whether a result tells its document by id and partition key, one result each. */
  nameDocuments(partitionKey: PartitionKeyDefinition): boolean;
  /** The names that results have, where the text says all of them. */
  readonly names: readonly string[] | undefined;
  /** Names of the parameters that it uses, as far as can be told. */
  readonly parameters: readonly string[];
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
export function shapeOf(text: string): QueryShape {
  const parameters = parametersIn(text);
  try {
    const select = parseSelect(text);
    const names = resultNames(select.projection);
    if (!isStreaming(select) || !readsDocuments(select)) return { ...UNKNOWN, names, parameters };
    const columns = columnsOf(select);
    const areDocuments = columns === 'all';
    return {
      isPerRange: true,
      names,
      parameters,
      areDocuments,
      nameDocuments: ({ paths }) =>
        areDocuments || ['id', ...paths.map((path) => propertyNames(path)[0] ?? '')].every((name) => columns.has(name)),
      versions: versionsOf(select),
    };
  } catch (error) {
    if (error instanceof SqlError) return { ...UNKNOWN, parameters };
    throw error;
  }
}

const UNKNOWN: QueryShape = {
  isPerRange: false,
  areDocuments: false,
  nameDocuments: () => false,
  names: undefined,
  parameters: [],
  versions: undefined,
};

function parametersIn(text: string): readonly string[] {
  try {
    return tokenize(text).flatMap(({ kind, text: name }) => (kind === 'parameter' ? [name] : []));
  } catch (error) {
    if (error instanceof SqlError) return [];
    throw error;
  }
}

/** The properties that results have as their documents have them, where each document has one result at most. */
function columnsOf(select: Select): ReadonlySet<string> | 'all' {
  const alias = documentAlias(select);
  const { projection, from } = select;
  if (alias === undefined || from.length > 1) return new Set();
  if (projection.kind === 'document') return 'all';
  if (projection.kind === 'value') return printExpression(projection.expression) === alias ? 'all' : new Set();
  const names = namesOf(projection.items);
  const columns = projection.items.map(({ expression }, at) => [names[at] ?? '', printExpression(expression)] as const);
  return new Set(columns.filter(([name, text]) => text === printExpression(member(alias, name))).map(([name]) => name));
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
