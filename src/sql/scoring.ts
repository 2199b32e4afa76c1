import { NOWHERE, SqlError } from './sql-error.ts';
import type { Expression, OrderItem, Rank, Select } from './syntax.ts';
import type { Value } from './value.ts';
import { isPath } from './walk.ts';

/** What ORDER BY RANK goes by: one score, or several that are fused by the ranks that they give. */
export interface Scoring {
  readonly parts: readonly ScorePart[];
  /** What each rank counts; absent for a single score. */
  readonly weights?: readonly number[];
  /** As RRF was given them. */
  readonly hasWeights: boolean;
  /** The query for `Statistics` of all documents, whatever WHERE says; absent where the scores need none. */
  readonly statistics: Select | undefined;
}

export type ScorePart =
  | { readonly kind: 'vector'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'text';
      readonly path: Expression;
      readonly terms: readonly Expression[];
      /** Which it is of the parts of this kind. */
      readonly ordinal: number;
    };

/** How many documents there are, and of each text how many words, and documents with each term. */
export interface Statistics {
  readonly documents: Expression;
  readonly words: (ordinal: number) => Expression;
  readonly hits: (ordinal: number) => Expression;
}

export function scoringOf(rank: Rank, select: Select, parameters: ReadonlyMap<string, Value>): Scoring {
  const { score } = rank;
  const fused = score.kind === 'call' && score.name === 'RRF' ? score.items : undefined;
  const last = fused?.at(-1);
  const given = fused && last && isScoreCall(last) ? undefined : fused && weightsOf(last, parameters);
  const calls = fused ? (given ? fused.slice(0, -1) : fused) : [score];
  const nested = calls.find((call) => call.kind === 'call' && call.name === 'RRF');
  if (nested && fused) throw new SqlError("'RRF' is not a recognized built-in function name.", nested, 'SC2005');
  if (!calls.every(isScoreCall) || (fused && calls.length < 2)) throw new SqlError(RANK_NEEDS, rank, 'SC2221');
  if (given && given.length !== calls.length) {
    throw new SqlError('RRF takes as many weights as scores.', last ?? rank, 'SC9004');
  }
  const parts = partsOf(calls, parameters);
  return {
    parts,
    ...(fused && { weights: given ?? calls.map(() => 1) }),
    hasWeights: given !== undefined,
    statistics: statisticsOf(select, parts),
  };
}

/** The keys to order by once the statistics are known. */
export function keysOf({ parts }: Scoring, statistics: Statistics): OrderItem[] {
  return parts.map((part) => ({ expression: scoreOf(part, statistics), descending: true }));
}

/** The statistics as the query for them found them; without a result they are those of no documents. */
export function readStatistics(result: Value): Statistics {
  const { documentCount = 0, fullTextStatistics = [] } = (result ?? {}) as {
    documentCount?: number;
    fullTextStatistics?: { totalWordCount?: number; hitCounts?: number[] }[];
  };
  return {
    documents: literal(documentCount),
    words: (ordinal) => literal(fullTextStatistics[ordinal]?.totalWordCount ?? 0),
    hits: (ordinal) => array((fullTextStatistics[ordinal]?.hitCounts ?? []).map(literal)),
  };
}

const RANK_NEEDS =
  'The ORDER BY RANK clause must be followed by a VectorDistance and/or a FullTextScore function call.';

type Call = Expression & { readonly kind: 'call' };

function isScoreCall(expression: Expression): expression is Call {
  return expression.kind === 'call' && (expression.name === 'VECTORDISTANCE' || expression.name === 'FULLTEXTSCORE');
}

/** The last argument of RRF, if that is an array of numbers. */
function weightsOf(
  last: Expression | undefined,
  parameters: ReadonlyMap<string, Value>,
): readonly number[] | undefined {
  if (last?.kind === 'parameter') {
    const value = parameters.get(last.name);
    return Array.isArray(value) && value.every(Number.isFinite) ? value : undefined;
  }
  if (last?.kind !== 'array') return undefined;
  const numbers = last.items.map(numberOf);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

function numberOf(item: Expression): number | undefined {
  if (item.kind === 'unary' && item.operator === '-') {
    const number = numberOf(item.operand);
    return number === undefined ? undefined : -number;
  }
  return item.kind === 'literal' && typeof item.value === 'number' ? item.value : undefined;
}

function partsOf(calls: readonly Call[], parameters: ReadonlyMap<string, Value>): ScorePart[] {
  let ordinal = 0;
  return calls.map((call) => {
    if (call.name === 'VECTORDISTANCE') return { kind: 'vector', items: call.items };
    const [path, ...terms] = call.items;
    if (!path || !isPath(path)) {
      throw new SqlError('The first argument of the FullTextScore function must be a path.', path ?? call, 'SC9004');
    }
    const wrong = terms.length === 0 ? call : terms.find((term) => !isText(term, parameters));
    if (wrong) throw new SqlError('The terms of the FullTextScore function must be string literals.', wrong, 'SC9004');
    return { kind: 'text', path, terms, ordinal: ordinal++ };
  });
}

function isText(term: Expression, parameters: ReadonlyMap<string, Value>): boolean {
  if (term.kind === 'parameter') return typeof parameters.get(term.name) === 'string';
  return term.kind === 'literal' && typeof term.value === 'string';
}

function statisticsOf(select: Select, parts: readonly ScorePart[]): Select | undefined {
  const texts = parts.flatMap((part) => (part.kind === 'text' ? [part] : []));
  if (texts.length === 0) return undefined;
  const statistics = texts.map(({ path, terms }) => {
    const hits = terms.map((term) => call('COUNTIF', call('FULLTEXTCONTAINS', path, term)));
    const members = [
      { name: 'totalWordCount', value: call('SUM', call('_FULLTEXTWORDCOUNT', path)) },
      { name: 'hitCounts', value: array(hits) },
    ];
    return { kind: 'object', members, ...NOWHERE } as const;
  });
  const items = [
    { expression: call('COUNT', literal(1)), alias: 'documentCount' },
    { expression: array(statistics), alias: 'fullTextStatistics' },
  ];
  const none = { distinct: false, top: undefined, where: undefined, groupBy: [], orderBy: [], rank: undefined };
  return { ...select, ...none, offset: undefined, limit: undefined, projection: { kind: 'list', items } };
}

function scoreOf(part: ScorePart, { documents, words, hits }: Statistics): Expression {
  if (part.kind === 'vector') return call('_VECTORSCORE', ...part.items);
  const { path, terms, ordinal } = part;
  return call('_FULLTEXTSCORE', path, array(terms), documents, words(ordinal), hits(ordinal));
}

function literal(value: number): Expression {
  return { kind: 'literal', value, ...NOWHERE };
}

function array(items: readonly Expression[]): Expression {
  return { kind: 'array', items, ...NOWHERE };
}

function call(name: string, ...items: Expression[]): Expression {
  return { kind: 'call', name, items, ...NOWHERE };
}
