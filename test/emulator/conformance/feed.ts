import {
  type ChangeFeedIteratorOptions,
  type ChangeFeedIteratorResponse,
  ChangeFeedMode,
  ChangeFeedStartFrom,
  type Container,
  type FeedRange,
  type PartitionKey,
} from '@azure/cosmos';

export interface Change {
  readonly id: string;
  readonly _lsn: number;
  readonly [property: string]: unknown;
}

export type Pages = ReturnType<Container['items']['getChangeFeedIterator']>;

/** Everything that the change feed has after what was read of it. */
export async function drain<Item = Change>(pages: Pages): Promise<Item[]> {
  return (await drainPages<Item>(pages)).flat();
}

export async function drainPages<Item = Change>(pages: Pages): Promise<Item[][]> {
  const found: Item[][] = [];
  for (let page = await readPage(pages); page.statusCode === 200; page = await readPage(pages)) {
    found.push(page.result as Item[]);
  }
  return found;
}

/** A page, or what there is instead of one: 304. */
export async function readPage(pages: Pages): Promise<ChangeFeedIteratorResponse<unknown[]>> {
  const page = await pages.readNext();
  if (page.statusCode !== 200 && page.statusCode !== 304) throw new Error(`the feed answered ${page.statusCode}`);
  return page;
}

/** What the feed has of a range, or a key, from the beginning. */
export async function readRange(container: Container, range?: FeedRange | PartitionKey): Promise<Change[]> {
  return drain(open(container, ChangeFeedStartFrom.Beginning(range as FeedRange)));
}

export function open(
  { items }: Container,
  changeFeedStartFrom: ChangeFeedStartFrom,
  options: ChangeFeedIteratorOptions = {},
): Pages {
  return items.getChangeFeedIterator({ ...options, changeFeedStartFrom });
}

export const ALL_VERSIONS: ChangeFeedIteratorOptions = {
  changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
};
