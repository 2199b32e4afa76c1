import { expect, test } from 'vitest';
import type { Page, Position, Range, Source } from '../../src/contract.ts';
import { assertTiles } from '../../src/pipeline/tiling.ts';
import { idOf, pagesOf, readAll } from '../support/changes.ts';
import { fill, firstPage, onlyRange, openFeed, patient } from './rig.ts';

test('a split while a range is read ends it with successors that tile it and go on where it stopped', async () => {
  const rig = await openFeed({ ranges: 1, documents: 60 });
  const range = await onlyRange(rig.source);
  const pages: Page[] = [];
  for await (const page of rig.source.pages(range, undefined, new AbortController().signal)) {
    pages.push(page);
    if (pages.length === 2) rig.emulator.split('db', 'items');
  }
  expect(pages.map(({ split }) => split?.length)).toEqual([undefined, undefined, 2]);
  expect(await followed(rig.source, pages, range)).toEqual(rig.ids);
});

test('a split while nobody reads is found at the next page', async () => {
  const rig = await openFeed({ ranges: 1, documents: 60 });
  const range = await onlyRange(rig.source);
  const first = await firstPage(rig.source, range);
  rig.emulator.split('db', 'items');
  const pages = await pagesOf(rig.source, range, first.resumeAt);
  expect(pages).toHaveLength(1);
  expect(await followed(rig.source, [first, ...pages], range)).toEqual(rig.ids);
});

test('a split into more than two parts, split again themselves, is followed at once', async () => {
  const rig = await openFeed({ ranges: 1, documents: 60 });
  const range = await onlyRange(rig.source);
  const first = await firstPage(rig.source, range);
  for (let split = 0; split < 3; split++) rig.emulator.split('db', 'items');
  const pages = await pagesOf(rig.source, range, first.resumeAt);
  expect(pages.at(-1)?.split).toHaveLength(4);
  expect(await followed(rig.source, [first, ...pages], range)).toEqual(rig.ids);
});

test('a split of a range without changes is told by an empty page', async () => {
  const rig = await openFeed({ ranges: 1 });
  const range = await onlyRange(rig.source);
  const { resumeAt } = await firstPage(rig.source, range);
  rig.emulator.split('db', 'items');
  const [page] = await pagesOf(rig.source, range, resumeAt);
  expect(page?.changes).toEqual([]);
  await fill(rig, ['a', 'b', 'c', 'd', 'e', 'f']);
  expect(await followed(rig.source, [page as Page], range)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('splits at every fifth request lose nothing and repeat nothing', async () => {
  const rig = await openFeed({ ranges: 2, documents: 120 });
  let requests = 0;
  rig.intercept = ({ operation }) => {
    if (operation === 'changeFeed' && ++requests % 5 === 0 && requests < 40) rig.emulator.split('db', 'items');
    return undefined;
  };
  expect((await readAll(rig.source)).map(idOf).sort()).toEqual(rig.ids);
  expect(requests).toBeGreaterThan(30);
});

test('merges, and splits after them, lose nothing and repeat nothing: each range is read on in its part of the new one', async () => {
  const rig = await openFeed({ ranges: 4, documents: 160 });
  let requests = 0;
  rig.intercept = ({ operation }) => {
    if (operation !== 'changeFeed' || ++requests % 5 !== 0 || requests > 30) return undefined;
    if (requests % 10 === 5) rig.emulator.merge('db', 'items');
    else rig.emulator.split('db', 'items');
    return undefined;
  };
  expect((await readAll(rig.source)).map(idOf).sort()).toEqual(rig.ids);
  expect(requests).toBeGreaterThan(20);
});

test.each([1, 2, 3])(
  'no successor of a split forgets where its range stopped when request %i after it is refused',
  async (refused) => {
    const rig = await openFeed({ ranges: 1, documents: 60 });
    const range = await onlyRange(rig.source);
    const first = await firstPage(rig.source, range);
    rig.emulator.split('db', 'items');
    let requests = 0;
    rig.intercept = ({ operation }) =>
      operation === 'changeFeed' && ++requests === refused ? { status: 410, substatus: 1008 } : undefined;
    const source = patient(rig.source, 5000);
    const pages = await pagesOf(source, range, first.resumeAt);
    expect(await followed(source, [first, ...pages], range)).toEqual(rig.ids);
    expect(requests).toBeGreaterThan(refused);
  },
);

/** The ids in the pages of a range and in everything that follows their split, which must tile it. */
async function followed(source: Source, pages: readonly Page[], range: Range): Promise<string[]> {
  const ids = pages.flatMap(({ changes }) => changes.map(idOf));
  const split = pages.at(-1)?.split as readonly Position[];
  assertTiles(
    split.map((successor) => successor.range),
    range,
  );
  for (const successor of split) {
    for (const { changes } of await pagesOf(source, successor.range, successor.resumeAt))
      ids.push(...changes.map(idOf));
  }
  return ids.sort();
}
