import { setTimeout as sleep } from 'node:timers/promises';
import type { SqlQuerySpec } from '@azure/cosmos';
import type { Change, Continuation, Page, Position, Range, Source } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { faultOf } from '../cosmos/faults.ts';
import { type QueryPage, QueryPages } from '../cosmos/query-pages.ts';
import { readRanges } from '../cosmos/routing.ts';
import { STATUS } from '../protocol/status.ts';
import { assert } from '../support/assert.ts';
import { buffers } from '../support/buffers.ts';
import { recreated } from './feed-position.ts';
import type { QueryOptions } from './query.ts';
import { Found, formatProgress, nextPass, type Progress, parseProgress, shortName } from './query-progress.ts';
import { QueryChange, resultsIn, timeOf, versionOf } from './query-results.ts';
import { MARK, type QueryShape, type VersionQueries } from './query-shape.ts';

/**
 * The results of a query that each range has by itself: one reader and one position per range, which name a place in
 * the index, so that a range goes on behind each of its pages. Not a snapshot: what is written while a range is read may
 * be found in its old version, its new one, or both. What is there all along is found.
 */
export function queryByRange(
  connection: Connection,
  facts: ContainerFacts,
  shape: QueryShape,
  options: QueryOptions,
): Source {
  const pages = new QueryPages(connection.reader(options.signal), facts);
  return {
    starts: async () => {
      const ranges = await readRanges(containerOf(connection.client, facts));
      return ranges.map(({ min, max }) => ({ range: { min, max }, resumeAt: undefined }));
    },
    pages: (range, from, signal) => read({ pages, facts, shape, options, range, signal }, from),
  };
}

interface Reading {
  readonly pages: QueryPages;
  readonly facts: ContainerFacts;
  readonly shape: QueryShape;
  readonly options: QueryOptions;
  readonly range: Range;
  readonly signal: AbortSignal;
}

async function* read(reading: Reading, from: Continuation | undefined): AsyncGenerator<Page> {
  const { facts, options, signal } = reading;
  let progress = beginning(from, reading);
  while (progress && !signal.aborted) {
    if (progress.isDone) {
      if (options.passes !== 'continuous') return;
      await sleep(options.pollMs, undefined, { signal }).catch(unlessStopped(signal));
      progress = begin(nextPass(progress), reading);
    }
    const step: Step | undefined = await options
      .limit(() => next(reading, progress as Progress))
      .catch((error: unknown) => {
        if (!signal.aborted) throw options.explain(error);
        return undefined;
      });
    if (!step) return;
    if ('successors' in step) {
      const resumeAt = formatProgress(progress);
      const split = step.successors.map((successor): Position => ({ range: successor, resumeAt }));
      yield { changes: [], resumeAt, split };
      return;
    }
    if (step.rid !== undefined && step.rid !== facts.rid) throw recreated(facts);
    const page = pageOf(step, progress, reading);
    progress = page.progress;
    yield page;
  }
}

/** Where a range goes on; `undefined` when there is nothing to be done. */
function beginning(from: Continuation | undefined, reading: Reading): Progress | undefined {
  const { facts, options } = reading;
  const stored = parseProgress(from);
  if (!stored) return begin({ rid: facts.rid }, reading);
  if (stored.rid !== facts.rid) throw recreated(facts);
  if (!stored.isDone) return stored;
  return options.passes === 'one' ? undefined : begin(nextPass(stored), reading);
}

function begin(progress: Progress, { shape, options }: Reading): Progress {
  const isStamped = options.passes !== 'one' && !shape.areDocuments;
  return isStamped ? { ...progress, isStamped } : progress;
}

type Step = QueryPage | { readonly successors: readonly Range[] };

/** The next page, or what the range has become. */
async function next({ pages, shape, options, range }: Reading, progress: Progress): Promise<Step> {
  const { maxItemCount } = options;
  const query = queryFor(progress, shape, options);
  for (let isSecond = false; ; isSecond = true) {
    const pieces = await pages.piecesOf(range);
    if (pieces.length > 1) return { successors: pieces };
    try {
      return await pages.ask(range, { query, maxItemCount, token: progress.token });
    } catch (error) {
      // The ranges are read anew after that.
      if (isSecond || faultOf(error)?.status !== STATUS.gone) throw error;
    }
  }
}

function queryFor({ mark, isStamped }: Progress, { versions }: QueryShape, options: QueryOptions): SqlQuerySpec {
  const { text, parameters } = options;
  if (mark === undefined) {
    return { query: isStamped ? expected(versions).stamped : text, parameters: [...parameters] };
  }
  return {
    query: isStamped ? expected(versions).stampedSince : expected(versions).since,
    parameters: [...parameters, { name: MARK, value: mark }],
  };
}

function expected(versions: VersionQueries | undefined): VersionQueries {
  assert(versions !== undefined, 'a query is read in passes where its results are of documents');
  return versions;
}

interface ProgressPage extends Page {
  readonly progress: Progress;
}

function pageOf(answer: QueryPage, before: Progress, { facts, shape, options, range }: Reading): ProgressPage {
  const { body, token, askedAt } = answer;
  const { mark, isStamped } = before;
  const next = before.next ?? markAfter(askedAt, options.overlapMs) ?? mark ?? 0;
  const known = new Set(before.known);
  const found = new Found(before);
  const from = `${mark ?? ''} ${before.token ?? ''}`;
  const query = shortName(options.text, JSON.stringify(options.parameters));
  const key = shape.nameDocuments(facts.partitionKey) ? new DocumentKey(facts.partitionKey) : undefined;
  const changes: Change[] = [];
  const stampedAs = isStamped ? 'payload' : shape.areDocuments ? 'documents' : undefined;
  for (const [index, result] of resultsIn(body, stampedAs).entries()) {
    const isLate = (timeOf(result) ?? 0) >= next;
    const version = isLate || known.size > 0 ? versionOf(result) : undefined;
    if (version !== undefined && isLate) found.add(version);
    if (version !== undefined && known.has(version)) continue;
    changes.push(new QueryChange(result, key, { query, range, from, index }));
  }
  const progress = { ...before, next, found: found.versions, token, isDone: token === undefined };
  const hasMore = changes.length === 0 && !progress.isDone;
  return { changes, resumeAt: formatProgress(progress), hasMore, progress, release: () => buffers.giveBack(body) };
}

/** Without the time of the server, this pass is asked for again: that of a later page would be too late. */
function markAfter(askedAt: number, overlapMs: number): number | undefined {
  return Number.isNaN(askedAt) ? undefined : Math.floor((askedAt - overlapMs) / 1000);
}

function unlessStopped(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error;
  };
}
