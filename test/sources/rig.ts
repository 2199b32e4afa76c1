import pLimit from 'p-limit';
import type { Continuation, Page, Range, Source } from '../../src/contract.ts';
import { faultOf, isTransient, toFlowError } from '../../src/cosmos/faults.ts';
import { type ChangeFeedOptions, changeFeed } from '../../src/sources/change-feed.ts';
import { retrying } from '../../src/sources/retrying.ts';
import { rangesOf } from '../support/changes.ts';
import { type ContainerRig, type ContainerRigOptions, useContainer } from '../support/container.ts';

export interface FeedRig extends ContainerRig {
  readonly source: Source;
  /** Ids of what `fill` has written, sorted. */
  readonly ids: readonly string[];
}

export interface FeedOptions extends ContainerRigOptions {
  readonly documents?: number;
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

const PAGE_ITEMS = 10;

/** The change feed of the container `db/items` of a fresh server. */
export async function openFeed({ documents = 0, follow = false, ...options }: FeedOptions = {}): Promise<FeedRig> {
  const rig = await useContainer(options);
  const ids = Array.from({ length: documents }, (_, index) => `item-${String(index).padStart(3, '0')}`);
  await fill(rig, ids);
  return Object.assign(rig, { source: feedOf(rig, { follow }), ids });
}

type Reading = Partial<Pick<ChangeFeedOptions, 'follow' | 'signal' | 'mode' | 'start' | 'scope'>>;

export function feedOf(
  { connection, facts }: Pick<ContainerRig, 'connection' | 'facts'>,
  { follow = false, signal = new AbortController().signal, ...rest }: Reading = {},
): Source {
  return changeFeed(connection, facts, {
    maxItemCount: PAGE_ITEMS,
    follow,
    pollMs: follow ? 10 : 60_000,
    limit: pLimit(16),
    signal,
    ...rest,
  });
}

/** Writes documents, one commit each. */
export async function fill(
  { client }: Pick<ContainerRig, 'client'>,
  ids: readonly string[],
  version = 1,
): Promise<void> {
  const { items } = client.database('db').container('items');
  await Promise.all(ids.map((id) => items.upsert({ id, pk: `key of ${id}`, version })));
}

/** The same source as a command has it. */
export function patient(source: Source, budgetMs: number): Source {
  return retrying(source, {
    budgetMs,
    signal: new AbortController().signal,
    isTransient: (error) => {
      const fault = faultOf(error);
      return fault !== undefined && isTransient(fault);
    },
    explain: (error) => toFlowError(error, 'source', 'source "db/items"'),
  });
}

/** The first page after `from`. */
export async function firstPage(source: Source, range: Range, from?: Continuation): Promise<Page> {
  for await (const page of source.pages(range, from, new AbortController().signal)) return page;
  throw new Error('the range has no page');
}

export async function onlyRange(source: Source): Promise<Range> {
  const [range, ...others] = await rangesOf(source);
  if (!range || others.length > 0) throw new Error('the source has not one range');
  return range;
}
