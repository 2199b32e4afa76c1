import type { CosmosClient } from '@azure/cosmos';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { upsertText } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';

/** A container to be read by one test, and what is done to it. */
export interface Shelf {
  readonly name: string;
  readonly address: string;
  /** What a reader of everything is to be given, in no order. */
  readonly written: readonly string[];
  /** Writes one document more, and resolves with it. */
  write(): Promise<string>;
}

export interface PairReader {
  readonly name: string;
  /** The operation of the server that fetches a page. */
  readonly pages: 'changeFeed' | 'query';
  /** The command and its flags. */
  args(address: string): readonly string[];
  /** Sees what is written after its first run alone. */
  readonly isFromNow?: boolean;
  /** Is given what was written since, when it is run again. */
  readonly goesOn: boolean;
}

const PAGE = ['--max-item-count', '4'];

/** Every way to read a container, by its name in README. */
export const READERS: readonly PairReader[] = [
  {
    name: 'feed, latest versions',
    pages: 'changeFeed',
    args: (address) => ['tail', address, '-e', '--start-from', 'beginning', ...PAGE],
    goesOn: true,
  },
  {
    name: 'feed, all versions and deletes',
    pages: 'changeFeed',
    args: (address) => ['tail', address, '-e', '--mode', 'all-versions-and-deletes', ...PAGE],
    isFromNow: true,
    goesOn: true,
  },
  {
    name: 'query, by range',
    pages: 'query',
    args: (address) => ['query-export', address, '--where', 'c.amount >= 0', ...PAGE],
    goesOn: false,
  },
  {
    name: 'query, again and again',
    pages: 'query',
    args: (address) => ['query-export', address, '--incremental', ...PAGE],
    goesOn: true,
  },
  {
    name: 'query, in one stream',
    pages: 'query',
    args: (address) => ['query-export', address, '--query', 'SELECT * FROM c ORDER BY c.amount', ...PAGE],
    goesOn: false,
  },
];

const COUNT = 24;

/** A new container with some documents. `before` is called when there are none yet; then one is deleted in the end. */
export async function fillShelf(
  { emulator, client }: { readonly emulator: Emulator; readonly client: CosmosClient },
  name: string,
  before?: (address: string) => Promise<unknown>,
): Promise<Shelf> {
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.create({
    id: name,
    partitionKey: '/pk',
    changeFeedPolicy: { retentionDuration: 10 },
  });
  const address = addressOf(emulator, `shop/${name}`);
  await before?.(address);
  const written: string[] = [];
  const write = async (): Promise<string> => {
    const text = textOf(written.length);
    await upsertText(emulator, `shop/${name}`, JSON.stringify([keyOf(written.length)]), text);
    written.push(text);
    return text;
  };
  for (let index = 0; index < COUNT; index++) await write();
  if (before) {
    await container.item('n0', keyOf(0)).delete();
    written.push(`{"id":"n0","pk":"${keyOf(0)}","_deleted":true}`);
  }
  return { name, address, written, write };
}

/** What a parser would not give back: 1.50, integers beyond 2⁵³, spaces. */
function textOf(index: number): string {
  return `{"id":"n${index}","pk":"${keyOf(index)}", "amount":${index}.50,"exact":9007199254740993,"_own":{"$type":"x"}}`;
}

function keyOf(index: number): string {
  return `k${index % 7}`;
}
