import { NO_AGGREGATES, type QueryInfo } from './plan.ts';
import { printExpression, printSelect } from './printer.ts';
import type { Query, RankingPlan } from './query.ts';
import { candidatesOf } from './ranked-execution.ts';
import { rewriteRanked } from './rewriting.ts';
import { keysOf, type Statistics } from './scoring.ts';
import { NOWHERE } from './sql-error.ts';
import type { Expression, OrderItem } from './syntax.ts';

/** What a client must know to fuse the results of several queries, each of which goes to all ranges. */
export interface HybridInfo {
  /** Empty when the scores need no statistics. */
  readonly globalStatisticsQuery: string;
  readonly requiresGlobalStatistics: boolean;
  /** One for each score, with places for the statistics. */
  readonly componentQueryInfos: readonly QueryInfo[];
  readonly componentWithoutPayloadQueryInfos: readonly never[];
  readonly projectionQueryInfo: null;
  readonly componentWeights: readonly number[] | null;
  readonly skip: number | null;
  readonly take: number | null;
}

/** The plan of a query with ORDER BY RANK. */
export function hybridPlanOf({ select, body }: Query, { scoring, statistics }: RankingPlan): HybridInfo {
  const keys = keysOf(scoring, PLACES);
  const wanted = body.offset + body.limit;
  const top = scoring.weights ? candidatesOf(scoring.weights, wanted) : wanted;
  const limited = Number.isFinite(top) ? top : undefined;
  return {
    globalStatisticsQuery: statistics ? printSelect(statistics.select) : '',
    requiresGlobalStatistics: statistics !== undefined,
    componentQueryInfos: keys.map((key) => ({
      ...NO_AGGREGATES,
      distinctType: 'None',
      top: limited ?? null,
      offset: null,
      limit: null,
      orderBy: ['Descending'],
      orderByExpressions: [printExpression(key.expression)],
      groupByExpressions: [],
      rewrittenQuery: printSelect(rewriteRanked(select, key, keys.map(definedOf), limited)),
      hasSelectValue: select.projection.kind === 'value',
      hasNonStreamingOrderBy: true,
      dCountInfo: null,
    })),
    componentWithoutPayloadQueryInfos: [],
    projectionQueryInfo: null,
    componentWeights: scoring.hasWeights ? (scoring.weights ?? null) : null,
    skip: select.offset ? body.offset : null,
    take: Number.isFinite(body.limit) ? body.limit : null,
  };
}

/** Where clients put in what they have added up. They count the texts, not all of the scores. */
const PLACES: Statistics = {
  documents: placeOf('totaldocumentcount'),
  words: (ordinal) => placeOf(`totalwordcount-${ordinal}`),
  hits: (ordinal) => placeOf(`hitcountsarray-${ordinal}`),
};

function placeOf(name: string): Expression {
  return { kind: 'name', name: `{documentdb-formattablehybridsearchquery-${name}}`, ...NOWHERE };
}

/** A score that is not there is the worst, but has its place among the others. */
function definedOf({ expression }: OrderItem): Expression {
  const lowest: Expression = { kind: 'literal', value: -Number.MAX_VALUE, ...NOWHERE };
  return { kind: 'binary', operator: '??', left: expression, right: lowest, ...NOWHERE };
}
