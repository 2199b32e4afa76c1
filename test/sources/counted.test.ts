import { expect, test } from 'vitest';
import { type Continuation, EVERYTHING, type Page, type Source } from '../../src/contract.ts';
import { counted } from '../../src/sources/counted.ts';
import { Tally } from '../../src/support/tally.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, readAll, startOf, upsert } from '../support/changes.ts';
import { ordersOf } from './pages.ts';

const orders = (): Source => ordersOf(2500);

describeSource('counted', async () => ({
  source: counted(orders(), new Tally()),
  ids: (await readAll(orders())).map(idOf).sort(),
}));

test('what is read is counted, page by page', async () => {
  const tally = new Tally();
  const counts: [number, number][] = [];
  for await (const _ of counted(orders(), tally).pages(EVERYTHING, undefined, new AbortController().signal)) {
    counts.push([tally.read, tally.lag]);
  }
  expect(counts).toEqual([
    [1000, 1500],
    [2000, 500],
    [2500, 0],
  ]);
});

test.each<[string, Partial<Page>, boolean]>([
  ['an empty page', {}, true],
  ['a page with changes', { changes: [upsert('a')] }, false],
  ['an empty page before others', { hasMore: true }, false],
  ['an empty page of a range that has split', { split: [{ range: EVERYTHING, resumeAt: undefined }] }, false],
])('whether %s is the end for now: %s', async (_, page, isEnd) => {
  const tally = new Tally();
  let caughtUp = false;
  tally.onCaughtUp = () => {
    caughtUp = true;
  };
  await pagesOf(counted(sourceOf({ changes: [], resumeAt: '' as Continuation, ...page }), tally), EVERYTHING);
  tally.wrote(page.changes?.length ?? 0);
  expect(caughtUp).toBe(isEnd);
});

test('it is not the end for now while a range that is being read has not answered', async () => {
  const tally = new Tally();
  let caughtUp = 0;
  tally.onCaughtUp = () => {
    caughtUp++;
  };
  const source = counted(sourceOf({ changes: [], resumeAt: '' as Continuation }), tally);
  const { signal } = new AbortController();
  const [one, other] = [
    { min: '', max: '80' },
    { min: '80', max: 'FF' },
  ].map((range) => source.pages(range, undefined, signal)[Symbol.asyncIterator]()) as [
    AsyncIterator<Page>,
    AsyncIterator<Page>,
  ];
  await Promise.all([one.next(), other.next()]);
  expect(caughtUp).toBe(1);
});

function sourceOf(page: Page): Source {
  return {
    starts: async () => [startOf(EVERYTHING)],
    async *pages() {
      yield page;
    },
  };
}
