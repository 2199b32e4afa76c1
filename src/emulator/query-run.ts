import { execute, type Step } from '../sql/execution.ts';
import type { Originals } from '../sql/json.ts';
import type { Position } from '../sql/position.ts';
import type { Query } from '../sql/query.ts';
import { queryDocuments } from './query-documents.ts';
import type { Container } from './store/container.ts';
import type { Slice } from './store/documents.ts';

/** A query on its way through its results. */
export interface Run {
  readonly steps: Iterator<Step>;
  readonly originals: Originals;
  /** Results of a query with DISTINCT that there have been. */
  readonly seen: Set<string>;
  /** A step that was taken and not used. */
  pending?: Step;
}

/** What a page was asked for, but for its size. */
export interface RunRequest {
  readonly container: Container;
  readonly slice: Slice;
  /** Text and parameters. */
  readonly body: Buffer;
  readonly query: Query;
}

/**
 * The run that stopped at this continuation, if it is still here and nothing has been written since; otherwise a new
 * one from the position, which finds the same but has to look through all documents first.
 */
export function resumeRun(request: RunRequest, continuation: string | undefined, from: Position): Run {
  const { container, query } = request;
  const runs = keptRuns.get(container);
  const name = continuation === undefined ? '' : nameOf(request, continuation);
  const kept = runs?.get(name);
  runs?.delete(name);
  if (!kept) return startRun(request, from, new WeakMap(), new Set());
  if (query.isSettledFirst) return kept;
  const { pending, originals, seen } = kept;
  return { ...startRun(request, pending?.next ?? from, originals, seen), ...(pending && { pending }) };
}

function startRun(
  { container, slice, query }: RunRequest,
  from: Position,
  originals: Originals,
  seen: Set<string>,
): Run {
  const steps = execute(query, queryDocuments(container, slice, query, originals), from, seen);
  return { steps: steps[Symbol.iterator](), originals, seen };
}

/**
 * Puts a run aside for the page that goes on at the continuation. One that reads from the store is ended instead; of one
 * with DISTINCT, what it has seen is kept.
 */
export function suspendRun(run: Run, request: RunRequest, continuation: string): void {
  const { container, query } = request;
  if (!query.isSettledFirst) {
    endRun(run);
    if (!query.body.distinct || run.seen.size > SEEN_MAX) return;
  }
  const runs = keptRuns.get(container) ?? new Map<string, Run>();
  keptRuns.set(container, runs);
  runs.set(nameOf(request, continuation), run);
  const [oldest] = runs.keys();
  if (runs.size > KEPT_MAX && oldest !== undefined) runs.delete(oldest);
}

/** Lets go of what the run reads from: the store takes no writes until then. */
export function endRun({ steps }: Run): void {
  steps.return?.();
}

/** Of each container; a run holds up to some ten thousand places of documents, or the groups or distinct results of the query. */
const KEPT_MAX = 4;
/** Some 20 MB. */
const SEEN_MAX = 200_000;
const keptRuns = new WeakMap<Container, Map<string, Run>>();

function nameOf({ container, slice, body }: RunRequest, continuation: string): string {
  const version = container.ranges.map(({ id, lsn }) => `${id}:${lsn}`).join();
  return [version, JSON.stringify(slice), continuation, body.toString('latin1')].join('\n');
}
