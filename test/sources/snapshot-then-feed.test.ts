import { ChangeFeedPolicy, ChangeFeedRetentionTimeSpan } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import type { Change, Continuation, Page, Position, Range, Source } from '../../src/contract.ts';
import { commitAt } from '../../src/sources/feed-position.ts';
import { snapshotThenFeed } from '../../src/sources/snapshot-then-feed.ts';
import { describeSource, type SourceRig } from '../contract/source.ts';
import { idOf, pagesOf, readAll, textOf, upsert } from '../support/changes.ts';
import { type ContainerRig, useContainer } from '../support/container.ts';
import { feedOf, fill, patient } from './rig.ts';

const policies = { changeFeedPolicy: new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(5)) };

describeSource('snapshot, then feed', async () => {
  const { source, ids, rig } = await begin({ documents: 60, ranges: 3 });
  const late = Array.from({ length: 40 }, (_, index) => `late-${index}`);
  await fill(rig, late);
  return { source, ids: [...ids, ...late].sort() } satisfies SourceRig;
});

describe('of what happens after the start has been stored', () => {
  test('everything comes behind the snapshot, and the snapshot is as it was before', async () => {
    const { source, rig } = await begin({ documents: 30, ranges: 1 });
    await fill(rig, ['item-003', 'new'], 2);
    await remove(rig, 'item-005');
    const changes = await readAll(source);
    const told = changes.map((change) => [idOf(change), change.operation, versionOf(change)]);
    expect(told.slice(0, 28).every(([, operation, version]) => operation === undefined && version === 1)).toBe(true);
    expect(told.slice(28)).toEqual([
      ['item-003', 'replace', 2],
      ['new', 'create', 2],
      ['item-005', 'delete', undefined],
    ]);
  });

  test('no older version comes after a newer one, however often a document is deleted and made again', async () => {
    const { source, rig } = await begin({ documents: 20, ranges: 2 });
    for (let version = 2; version < 6; version++) {
      await remove(rig, 'item-001');
      await fill(rig, ['item-001', 'item-002'], version);
    }
    const commits = new Map<string, number[]>();
    for (const { key, lsn } of await readAll(source)) commits.set(key, [...(commits.get(key) ?? []), Number(lsn)]);
    for (const lsns of commits.values()) expect(lsns).toEqual(lsns.toSorted((a, b) => a - b));
    expect(Math.max(...[...commits.values()].map(({ length }) => length))).toBe(8);
  });

  test('a snapshot ends, although something changes whenever it is read', async () => {
    const { source, rig } = await begin({ documents: 40, ranges: 1 });
    let reads = 0;
    const writes: Promise<void>[] = [];
    rig.intercept = ({ headers }) => {
      if (headers['a-im'] === 'Incremental Feed' && reads++ < 100) writes.push(fill(rig, [`busy-${reads}`]));
      return undefined;
    };
    const changes = await readAll(source);
    await Promise.all(writes);
    expect(reads).toBeLessThan(8);
    expect(new Set(changes.map(idOf)).size).toBeGreaterThanOrEqual(40);
  });
});

test('splits and merges in either phase lose nothing and repeat nothing', async () => {
  const { source, rig } = await begin({ documents: 60, ranges: 2 });
  const ids = Array.from({ length: 60 }, (_, index) => `late-${index}`);
  await fill(rig, ids);
  await remove(rig, 'item-001');
  let requests = 0;
  rig.intercept = ({ operation }) => {
    if (operation !== 'changeFeed') return undefined;
    requests++;
    if (requests % 7 === 3) rig.emulator.split('db', 'items');
    if (requests % 7 === 6) rig.emulator.merge('db', 'items');
    return undefined;
  };
  const changes = await readAll(source);
  expect(changes).toHaveLength(120);
  expect(new Set(changes.map(idOf)).size).toBe(120);
  expect(changes.filter(({ kind }) => kind === 'delete').map(idOf)).toEqual(['item-001']);
  expect(requests).toBeGreaterThan(14);
});

test.each([
  ['the snapshot', 'Incremental Feed'],
  ['the feed', 'Full-Fidelity Feed'],
])('where a range splits in %s, its successors go on in both', async (_, feed) => {
  const { source, rig } = await begin({ documents: 60, ranges: 1 });
  await fill(
    rig,
    Array.from({ length: 60 }, (_, index) => `late-${index}`),
  );
  let pages = 0;
  rig.intercept = ({ headers }) => {
    if (headers['a-im'] === feed && ++pages === 3) rig.emulator.split('db', 'items');
    return undefined;
  };
  const ids = (await readAll(source)).map(idOf);
  expect(ids).toHaveLength(120);
  expect(new Set(ids).size).toBe(120);
  expect(pages).toBeGreaterThan(4);
});

describe('a replica that is behind the one that told the start', () => {
  test('is asked again, and nothing is missing', async () => {
    const left = new Map<string, number>();
    const { source, ids } = await begin({
      documents: 30,
      ranges: 2,
      latest: (feed) => lagging(feed, ({ min }) => (left.set(min, (left.get(min) ?? 3) - 1).get(min) as number) > 0),
    });
    expect((await readAll(patient(source, 60_000))).map(idOf).sort()).toEqual(ids);
    expect([...left.values()]).toEqual([0, 0]);
  });

  test('fails the read when it does not catch up, before anything of the feed is taken', async () => {
    const { source, rig } = await begin({ documents: 30, ranges: 1, latest: (feed) => lagging(feed, () => true) });
    await fill(rig, ['later']);
    const pages: Page[] = [];
    const reading = async (): Promise<void> => {
      const [{ range } = never()] = await source.starts();
      for await (const page of patient(source, 300).pages(range, undefined, new AbortController().signal))
        pages.push(page);
    };
    await expect(reading()).rejects.toMatchObject({
      code: 'source_unavailable',
      message: expect.stringMatching(
        /^source "db\/items" is not available: a replica is behind: it has commit \d+, and/,
      ),
    });
    expect(pages).toEqual([]);
  });

  test.each([
    ['an empty container', 0],
    ['a container in which nothing happens', 30],
  ])('is not seen in %s', async (_, documents) => {
    const { source, ids } = await begin({ documents, ranges: 3 });
    expect((await readAll(source)).map(idOf).sort()).toEqual(ids);
  });

  test.each([0, 30])(
    'is not seen where a position stays as it was, while the replica is as far (%i)',
    async (documents) => {
      const stays = ({ resumeAt = never(), ...page }: Page): Page => {
        return { ...page, resumeAt: behind(resumeAt), lag: commitAt(resumeAt) ?? never() };
      };
      // The commit of a deletion is in no snapshot, so that only the position tells of it.
      const { source, ids } = await begin({
        documents,
        ranges: 2,
        removed: documents,
        latest: (feed) => ({
          ...feed,
          async *pages(...place) {
            for await (const page of feed.pages(...place)) yield stays(page);
          },
        }),
      });
      expect((await readAll(source)).map(idOf).sort()).toEqual(ids);
    },
  );
});

test('where a position does not tell its commit, versions may repeat, and the last one counts', async () => {
  const { source, rig } = await begin({ documents: 20, ranges: 1, commitAt: () => undefined });
  await fill(rig, ['item-001'], 2);
  await remove(rig, 'item-002');
  await remove(rig, 'item-001');
  await fill(rig, ['item-001'], 3);
  const last = new Map((await readAll(source)).map((change) => [idOf(change), change]));
  expect(versionOf(last.get('item-001') as Change)).toBe(3);
  expect(last.get('item-002')?.kind).toBe('delete');
  expect(last.size).toBe(20);
});

describe('by its parts', () => {
  const range: Range = { min: '', max: 'FF' };
  const pageAt = (lsn: number, rest: Partial<Page> = {}): Page => {
    return { changes: [{ ...upsert(`${lsn}`), lsn }], resumeAt: `${lsn}` as Continuation, ...rest };
  };
  /** A snapshot up to commit 5 of these pages, and a feed of one. */
  const readParts = async (latest: readonly Page[], stop = new AbortController()): Promise<Page[]> => {
    const sourceOf = (pages: readonly Page[]): Source => ({
      starts: async () => [{ range, resumeAt: '5' as Continuation }],
      async *pages(_range, _from) {
        yield* pages;
      },
    });
    const both = snapshotThenFeed(sourceOf(latest), sourceOf([pageAt(6)]), Number);
    const [{ resumeAt } = never()] = await both.starts();
    const pages: Page[] = [];
    for await (const page of both.pages(range, resumeAt, stop.signal)) {
      pages.push(page);
      if (page.resumeAt?.includes('"latest":"1"')) stop.abort();
    }
    return pages;
  };

  test('a split on a page without changes is handed on', async () => {
    const split = [
      { range: { min: '', max: '80' }, resumeAt: '2' as Continuation },
      { range: { min: '80', max: 'FF' }, resumeAt: '3' as Continuation },
    ];
    const [page, ...others] = await readParts([pageAt(2, { changes: [], split })]);
    expect(page?.split?.map(({ resumeAt }) => JSON.parse(resumeAt ?? ''))).toEqual([
      { versions: '5', latest: '2' },
      { versions: '5', latest: '3' },
    ]);
    expect(others).toEqual([]);
  });

  test('a snapshot that is told to stop is neither behind nor over', async () => {
    const pages = await readParts([pageAt(1)]);
    expect(pages.map(({ resumeAt }) => JSON.parse(resumeAt ?? ''))).toEqual([{ versions: '5', latest: '1' }]);
  });

  test('a page of which nothing belongs to the snapshot is given back', async () => {
    let released = 0;
    const pages = await readParts([pageAt(7, { release: () => released++ })]);
    expect(pages.map(({ resumeAt }) => JSON.parse(resumeAt ?? ''))).toEqual([{ feed: '6' }]);
    expect(released).toBe(1);
  });
});

/** A source whose ranges end where they begin while they are behind. */
function lagging(feed: Source, isBehind: (range: Range) => boolean): Source {
  return {
    ...feed,
    async *pages(range, from, signal) {
      if (!isBehind(range)) yield* feed.pages(range, from, signal);
      else yield { changes: [], resumeAt: behind((await pagesOf(feed, range))[0]?.resumeAt ?? never()) };
    },
  };
}

/** The position of the first commit of all. */
function behind(position: Continuation): Continuation {
  return position.replace(/\\"\d+\\"/, '\\"0\\"') as Continuation;
}

function never(): never {
  throw new Error('a range has a page');
}

interface Begun extends SourceRig {
  readonly rig: ContainerRig;
}

/** The source of a job whose starts are stored, so that whatever happens from here on is new. */
async function begin({
  documents,
  ranges,
  removed = 0,
  commitAt: numberOf = commitAt,
  latest = (feed) => feed,
}: {
  readonly documents: number;
  /** Of others, which are there no more when the job begins. */
  readonly removed?: number;
  readonly ranges: number;
  readonly commitAt?: typeof commitAt;
  readonly latest?: (feed: Source) => Source;
}): Promise<Begun> {
  const rig = await useContainer({ policies, ranges });
  const ids = Array.from({ length: documents }, (_, index) => `item-${String(index).padStart(3, '0')}`);
  await fill(rig, ids);
  const others = Array.from({ length: removed }, (_, index) => `removed-${index}`);
  await fill(rig, others);
  for (const id of others) await remove(rig, id);
  const versions = feedOf(rig, { mode: 'all versions and deletes', start: 'now' });
  const both = snapshotThenFeed(latest(feedOf(rig)), versions, numberOf);
  const starts = await both.starts();
  const startOf = (min: string) => (starts.find(({ range }) => range.min === min) as Position).resumeAt;
  const pages: Source['pages'] = (range, from, signal) => both.pages(range, from ?? startOf(range.min), signal);
  return { source: { ...both, starts: async () => starts, pages }, ids, rig };
}

async function remove({ client }: ContainerRig, id: string): Promise<void> {
  await client.database('db').container('items').item(id, `key of ${id}`).delete();
}

function versionOf(change: Change): number | undefined {
  return JSON.parse(textOf(change)).version;
}
