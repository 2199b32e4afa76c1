import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Page } from '../../src/contract.ts';
import { readContainer } from '../../src/cosmos/container.ts';
import type { Fault } from '../../src/emulator/emulator.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, textOf } from '../support/changes.ts';
import { upsertText } from '../support/contents.ts';
import { feedOf, fill, firstPage, onlyRange, openFeed, patient } from './rig.ts';

describeSource('change feed', () => openFeed({ ranges: 3, documents: 100 }));

describe('a page', () => {
  test('has documents as they are stored, byte for byte', async () => {
    const rig = await openFeed({ ranges: 1 });
    const text = '{ "z":1.0,"id":"a","n":9007199254740993,"n":2,"pk":"x","t":"\\u00e9\\/😀","_custom":[] }';
    await upsertText(rig.emulator, 'db/items', '["x"]', text);
    const { changes } = await firstPage(rig.source, await onlyRange(rig.source));
    const [document = ''] = changes.map(textOf);
    expect(document.slice(0, text.length - 1)).toBe(text.slice(0, -1));
    expect(document.slice(text.length - 1)).toMatch(/^,"_rid":.*,"_lsn":1\}$/);
  });

  test('is a view into the answer that it came in, which is not copied for it', async () => {
    const { source } = await openFeed({ ranges: 1, documents: 5 });
    const { changes } = await firstPage(source, await onlyRange(source));
    expect(new Set(changes.map(({ document }) => document.buffer)).size).toBe(1);
  });

  test('keeps its documents until it is released, whatever is read in the meantime', async () => {
    const { source, client } = await openFeed({ ranges: 1 });
    const { items } = client.database('db').container('items');
    const padding = 'x'.repeat(10_000);
    for (let n = 0; n < 60; n++) await items.create({ id: `${n}`, pk: 'k', padding });
    const range = await onlyRange(source);
    for (let round = 0; round < 4; round++) {
      const kept: { page: Page; texts: string[] }[] = [];
      const seen: string[] = [];
      let pages = 0;
      for await (const page of source.pages(range, undefined, new AbortController().signal)) {
        const texts = page.changes.map(textOf);
        seen.push(...page.changes.map(idOf));
        for (const text of texts) expect(JSON.parse(text).padding).toBe(padding);
        if (pages++ % 2 === round % 2) kept.push({ page, texts });
        else page.release?.();
      }
      expect(seen).toEqual([...Array(60).keys()].map(String));
      for (const { page, texts } of kept) expect(page.changes.map(textOf)).toEqual(texts);
      for (const { page } of kept) page.release?.();
    }
  });

  test('without changes says where the range has been read to', async () => {
    const rig = await openFeed({ ranges: 1 });
    const range = await onlyRange(rig.source);
    const [page, ...others] = await pagesOf(rig.source, range);
    expect(page).toMatchObject({ changes: [], lag: 0 });
    expect(others).toEqual([]);
    await fill(rig, ['new']);
    const pages = await pagesOf(rig.source, range, page?.resumeAt);
    expect(pages.flatMap(({ changes }) => changes.map(idOf))).toEqual(['new']);
  });

  test('says how many changes come after it', async () => {
    const { source } = await openFeed({ ranges: 1, documents: 35 });
    const pages = await pagesOf(source, await onlyRange(source));
    expect(pages.map(({ changes, lag }) => [changes.length, lag])).toEqual([
      [10, 25],
      [10, 15],
      [10, 5],
      [5, 0],
      [0, 0],
    ]);
  });
});

describe('a document that is written while its range is read', () => {
  test('comes again, its newer version behind the older', async () => {
    const rig = await openFeed({ ranges: 1, documents: 30 });
    const versions: number[] = [];
    for await (const page of rig.source.pages(await onlyRange(rig.source), undefined, new AbortController().signal)) {
      const before = versions.length;
      versions.push(...page.changes.filter((change) => idOf(change) === rig.ids[0]).map(versionOf));
      if (versions.length > before && versions.length < 4) await fill(rig, rig.ids.slice(0, 1), versions.length + 1);
    }
    expect(versions).toEqual([1, 2, 3, 4]);
  });

  test('comes once, in its newest version, when it was not read before', async () => {
    const rig = await openFeed({ ranges: 1, documents: 30 });
    const seen: string[] = [];
    for await (const page of rig.source.pages(await onlyRange(rig.source), undefined, new AbortController().signal)) {
      if (seen.length === 0) await fill(rig, rig.ids.slice(-1), 2);
      seen.push(...page.changes.map((change) => `${idOf(change)} ${versionOf(change)}`));
    }
    expect(seen).toHaveLength(30);
    expect(seen).toContain('item-029 2');
  });
});

describe('a feed that is followed', () => {
  test('gives what is written after its end', async () => {
    const rig = await openFeed({ ranges: 1, documents: 3, follow: true });
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { changes } of rig.source.pages(await onlyRange(rig.source), undefined, stop.signal)) {
      seen.push(...changes.map(idOf));
      if (changes.length === 0 && seen.length === 3) await fill(rig, ['later']);
      if (seen.includes('later')) stop.abort();
    }
    expect(seen.toSorted()).toEqual([...rig.ids, 'later'].sort());
  });

  test.each(['waits for changes', 'waits for an answer'])(
    'ends without throwing when it is told to stop while it %s',
    async (moment) => {
      const rig = await openFeed({ ranges: 1, documents: 3 });
      const stop = new AbortController();
      const source = feedOf(rig, { follow: true, signal: stop.signal });
      let reads = 0;
      rig.intercept = ({ operation }) => {
        if (operation !== 'changeFeed' || ++reads < 3) return undefined;
        setImmediate(() => stop.abort());
        return moment === 'waits for changes' ? undefined : { hang: true };
      };
      let pages = 0;
      for await (const _ of source.pages(await onlyRange(source), undefined, stop.signal)) pages++;
      expect(pages).toBeGreaterThanOrEqual(2);
    },
  );
});

describe('a container that was created again', () => {
  test('is not read from a position in the one before', async () => {
    const rig = await openFeed({ ranges: 1, documents: 20 });
    const range = await onlyRange(rig.source);
    const { resumeAt } = await firstPage(rig.source, range);
    await recreate(rig);
    const facts = await readContainer(rig.connection.client, rig.facts);
    const source = patient(feedOf({ ...rig, facts }), 5000);
    await expect(firstPage(source, range, resumeAt)).rejects.toMatchObject(RECREATED);
  });

  test('is noticed when it happens before the first page', async () => {
    const rig = await openFeed({ ranges: 1, documents: 20 });
    const range = await onlyRange(rig.source);
    await recreate(rig);
    await expect(firstPage(patient(rig.source, 5000), range)).rejects.toMatchObject(RECREATED);
  });

  test('is noticed when it happens between two pages', async () => {
    const rig = await openFeed({ ranges: 1, documents: 20 });
    const ids: string[] = [];
    const read = async (): Promise<void> => {
      const range = await onlyRange(rig.source);
      for await (const { changes } of patient(rig.source, 5000).pages(range, undefined, new AbortController().signal)) {
        ids.push(...changes.map(idOf));
        if (ids.length === 10) {
          await recreate(rig);
          await fill(
            rig,
            Array.from({ length: 30 }, (_, index) => `other-${index}`),
          );
        }
      }
    };
    await expect(read()).rejects.toMatchObject(RECREATED);
    expect(ids).toHaveLength(10);
  });
});

test.each<[string, Fault | undefined]>([
  ['has nothing in it', undefined],
  ['does not take the position', { status: 400 }],
])('a container that was created again between two pages, and %s, is not taken for the end', async (_, fault) => {
  const rig = await openFeed({ ranges: 1, documents: 20 });
  const range = await onlyRange(rig.source);
  const read = async (): Promise<void> => {
    for await (const _page of rig.source.pages(range, undefined, new AbortController().signal)) {
      await recreate(rig);
      rig.intercept = ({ operation }) => (operation === 'changeFeed' ? fault : undefined);
    }
  };
  await expect(read()).rejects.toMatchObject(RECREATED);
});

test('a page of which nothing is wanted is not the end for now', async () => {
  const rig = await openFeed({ ranges: 1, documents: 20 });
  const source = feedOf(rig, { scope: { whole: EVERYTHING, holds: () => false } });
  const pages = await pagesOf(source, await onlyRange(source));
  expect(pages.map(({ changes, hasMore }) => [changes.length, hasMore])).toEqual([
    [0, true],
    [0, true],
    [0, false],
  ]);
});

const RECREATED = { code: 'container_recreated', hint: expect.stringMatching(/--restart/) };

async function recreate({
  client,
}: {
  readonly client: Awaited<ReturnType<typeof openFeed>>['client'];
}): Promise<void> {
  await client.database('db').container('items').delete();
  await client.database('db').containers.create({ id: 'items', partitionKey: { paths: ['/pk'], version: 2 } });
}

function versionOf(change: Page['changes'][number]): number {
  return (JSON.parse(textOf(change)) as { version: number }).version;
}
