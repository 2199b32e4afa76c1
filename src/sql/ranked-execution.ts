import { QUERY_STEPS_MAX, within } from './budget.ts';
import type { Documents, Step } from './execution.ts';
import { eachRow, runOrdered, valueAt } from './ordered-execution.ts';
import type { Position } from './position.ts';
import type { Query, RankingPlan } from './query.ts';
import { type Ranked, Ranking } from './ranking.ts';
import { readStatistics } from './scoring.ts';
import { order, type Value } from './value.ts';

/**
 * Runs ORDER BY RANK as clients do that ask each range by themselves: the statistics first, then the best by each score,
 * then these in the order of their ranks. Scores change with every write, so that a position only tells how many results
 * there have been.
 */
export function* runRanked(
  { scoring, statistics, bind }: RankingPlan,
  resultsOf: (query: Query) => Value[],
  documents: Documents,
  { passed }: Position,
): Generator<Step> {
  const query = bind(readStatistics(statistics && resultsOf(statistics)[0]));
  const from = { number: 0, row: 0, passed, keys: [] };
  const { weights } = scoring;
  const steps = weights ? runFused(query, weights, documents, from) : runOrdered(query, documents, from);
  for (const { value, next } of steps) {
    yield { value, next: next && { number: 0, row: 0, passed: next.passed, keys: [] } };
  }
}

/** How many of the best by each score to look at: but for equal scores, no other could be among the first `wanted`. */
export function candidatesOf(weights: readonly number[], wanted: number): number {
  const sizes = weights.map(Math.abs);
  const sum = sizes.reduce((total, size) => total + size, 0);
  const share = sum / (Math.max(...sizes) || 1);
  return wanted === 0 ? 0 : Math.max(CANDIDATES, Math.ceil(share * (RANK_OFFSET + wanted)) - RANK_OFFSET);
}

/** As many as the service looks at for TOP 10. */
const CANDIDATES = 120;
/** A rank counts its weight divided by this and the rank. */
const RANK_OFFSET = 60;

interface Candidate extends Ranked {
  readonly scores: readonly Value[];
}

function* runFused(query: Query, weights: readonly number[], documents: Documents, from: Position): Generator<Step> {
  const { offset, limit } = query.body;
  const found = fuse(bestOf(query, weights, documents, offset + limit), weights).slice(0, offset + limit);
  for (let passed = Math.max(from.passed, offset); passed < found.length; passed++) {
    const { number, row } = found[passed] as Candidate;
    const next = passed + 1 < found.length ? { number: 0, row: 0, passed: passed + 1 } : undefined;
    yield { value: valueAt(query, documents, number, row), next };
  }
}

/** The best by any of the scores, each once. */
function bestOf(query: Query, weights: readonly number[], documents: Documents, wanted: number): Candidate[] {
  const rankings = weights.map(() => new Ranking<Candidate>([{ descending: true }], candidatesOf(weights, wanted)));
  within(QUERY_STEPS_MAX, () => {
    for (const [number, document] of documents.scan(0)) {
      eachRow(query, document, (scores, row) => {
        for (const [at, ranking] of rankings.entries()) ranking.add({ keys: [scores[at]], number, row, scores });
        return true;
      });
    }
  });
  const best = rankings.flatMap((ranking) => ranking.sorted());
  return [...new Map(best.map((candidate) => [`${candidate.number}.${candidate.row}`, candidate])).values()];
}

/** In the order of the sums of what their ranks count. Equal scores give equal ranks. */
function fuse(candidates: readonly Candidate[], weights: readonly number[]): Candidate[] {
  const sums = new Map(candidates.map((candidate) => [candidate, 0]));
  for (const [at, weight] of weights.entries()) {
    const sorted = candidates.toSorted((left, right) => order(right.scores[at], left.scores[at]));
    let rank = 0;
    for (const [index, candidate] of sorted.entries()) {
      if (index === 0 || order(candidate.scores[at], sorted[index - 1]?.scores[at]) !== 0) rank++;
      sums.set(candidate, (sums.get(candidate) ?? 0) + weight / (RANK_OFFSET + rank));
    }
  }
  return candidates.toSorted((left, right) => (sums.get(right) ?? 0) - (sums.get(left) ?? 0));
}
