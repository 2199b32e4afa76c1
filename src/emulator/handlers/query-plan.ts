import { type KeyComponent, propertyNames } from '../../protocol/partition-key.ts';
import { STATUS } from '../../protocol/status.ts';
import { hybridPlanOf } from '../../sql/hybrid-plan.ts';
import { valuesOf } from '../../sql/key-filter.ts';
import { planOf } from '../../sql/plan.ts';
import type { Query } from '../../sql/query.ts';
import { keyOf } from '../key.ts';
import { parseQuery, refusingSqlErrors } from '../query-body.ts';
import { json, type Reply } from '../reply.ts';
import type { Request } from '../request.ts';
import type { Container } from '../store/container.ts';
import type { Store } from '../store/store.ts';
import { vectorMetrics } from '../vector-metrics.ts';
import { ownerContainer } from './lookup.ts';

/** How a client that asks each range by itself sends a query, and puts the results together. */
export function planQuery(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const query = parseQuery(request.body, vectorMetrics(container));
  const { ranking } = query;
  return json(STATUS.ok, {
    partitionedQueryExecutionInfoVersion: 2,
    ...refusingSqlErrors(() =>
      ranking ? { hybridSearchQueryInfo: hybridPlanOf(query, ranking) } : { queryInfo: planOf(query) },
    ),
    queryRanges: rangesOf(query, container),
  });
}

interface QueryRange {
  readonly min: string;
  readonly max: string;
  readonly isMinInclusive: boolean;
  readonly isMaxInclusive: boolean;
}

const EVERYTHING: QueryRange = { min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false };
/** More of them would make the plan larger than what it saves. */
const POINTS_MAX = 100;

/** The parts of the key space that can have results, in order and without overlaps. */
function rangesOf(query: Query, { key }: Container): QueryRange[] {
  // Without FROM there is one result, not one for each range.
  if (!query.readsDocuments) return [pointOf('')];
  const keys = keysOf(query, key.paths.map(propertyNames));
  if (keys.length === 0 || keys.length > POINTS_MAX) return [EVERYTHING];
  const epks = new Map(keys.map((components) => [keyOf(components, key).epk, components.length]));
  return [...epks]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([epk, levels]) =>
      levels === key.paths.length ? pointOf(epk) : { ...EVERYTHING, min: epk, max: `${epk}FF` },
    );
}

function pointOf(epk: string): QueryRange {
  return { min: epk, max: epk, isMinInclusive: true, isMaxInclusive: true };
}

/** The partition keys that the filter leaves, of as many levels as it names from the first on. */
function keysOf(query: Query, paths: readonly string[][]): KeyComponent[][] {
  let keys: KeyComponent[][] = [];
  for (const path of paths) {
    const values = valuesOf(query, path) as KeyComponent[] | undefined;
    if (!values || values.length * Math.max(keys.length, 1) > POINTS_MAX) return keys;
    keys =
      keys.length === 0
        ? values.map((value) => [value])
        : keys.flatMap((key) => values.map((value) => [...key, value]));
  }
  return keys;
}
