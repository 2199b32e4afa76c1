import { expect, test } from 'vitest';
import { type Continuation, EVERYTHING, type Page, type Source } from '../../src/contract.ts';
import { counted } from '../../src/sources/counted.ts';
import { filtered } from '../../src/sources/filtered.ts';
import { preparePredicate } from '../../src/sql/clauses.ts';
import { Tally } from '../../src/support/tally.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, readAll, removal, textOf, upsert } from '../support/changes.ts';
import { ordersOf, pageOf, sourceOf } from './pages.ts';

const isEuro = preparePredicate('c.currency = "EUR"');

describeSource('filtered', async () => {
  const all = await readAll(ordersOf(3000));
  return {
    source: filtered(ordersOf(3000), isEuro, new Tally()),
    ids: all
      .filter((change) => isEuro(JSON.parse(textOf(change))))
      .map(idOf)
      .sort(),
  };
});

test('a page that nothing is left of moves its range on, and says as much of splits and lag as before', async () => {
  const split = [{ range: EVERYTHING, resumeAt: undefined }];
  const pages = [pageOf([upsert('a')], 'one', { lag: 7 }), pageOf([upsert('b')], 'two', { split })];
  expect(
    await pagesOf(
      filtered(sourceOf(pages), () => false, new Tally()),
      EVERYTHING,
    ),
  ).toEqual([
    { changes: [], resumeAt: 'one', lag: 7 },
    { changes: [], resumeAt: 'two', split },
  ]);
});

test('a page that nothing is left of is not taken for the end of what there is', async () => {
  const tally = new Tally();
  let caughtUp = 0;
  tally.onCaughtUp = () => {
    caughtUp++;
  };
  const source = filtered(counted(sourceOf([pageOf([upsert('a')]), pageOf([])]), tally), () => false, tally);
  const pages = source.pages(EVERYTHING, undefined, new AbortController().signal)[Symbol.asyncIterator]();
  await pages.next();
  expect(caughtUp).toBe(0);
  await pages.next();
  expect(caughtUp).toBe(1);
});

test('what is left out is counted: read is delivered and filtered', async () => {
  const tally = new Tally();
  const source = filtered(counted(ordersOf(3000), tally), isEuro, tally);
  for (const { changes } of await pagesOf(source, EVERYTHING)) tally.wrote(changes.length);
  expect(tally.filtered).toBeGreaterThan(100);
  expect(tally.written).toBeGreaterThan(100);
  expect(tally.filtered + tally.written).toBe(3000);
  expect(tally.settled).toBe(tally.read);
});

test('deletes pass, although nobody knows what was in the document', async () => {
  const source = filtered(sourceOf([pageOf([upsert('a'), removal('b')])]), () => false, new Tally());
  expect((await readAll(source)).map(idOf)).toEqual(['b']);
});

test('documents keep every byte', async () => {
  const text = '{ "id":"a",\n"n":12345678901234567890, "x":1.0,"x":2, "s":"\\u0041/\\/" }';
  const odd = { ...upsert('a'), document: Buffer.from(text) };
  const source = filtered(sourceOf([pageOf([odd, upsert('b')])]), preparePredicate('c.id = "a"'), new Tally());
  expect((await readAll(source)).map(textOf)).toEqual([text]);
});

test('the system properties of a document may be asked for', async () => {
  const changes = [1, 2, 3].map((time) => ({
    ...upsert(`${time}`),
    document: Buffer.from(`{"id":"${time}","_ts":${time}}`),
  }));
  const source = filtered(sourceOf([pageOf(changes)]), preparePredicate('c._ts >= 2'), new Tally());
  expect((await readAll(source)).map(idOf)).toEqual(['2', '3']);
});

test('what is left of a page is in memory of its own, and the page is released', async () => {
  const memory = Buffer.concat([upsert('a').document, upsert('b').document]);
  const [a, b] = [upsert('a'), upsert('b')];
  const changes = [
    { ...a, document: memory.subarray(0, a.document.length) },
    { ...b, document: memory.subarray(a.document.length) },
  ];
  const source = filtered(
    sourceOf([pageOf(changes, 'one', { release: () => memory.fill('!') })]),
    preparePredicate('c.id = "b"'),
    new Tally(),
  );
  const [page] = (await pagesOf(source, EVERYTHING)) as [Page];
  expect(page.changes.map(textOf)).toEqual([textOf(b)]);
  expect(memory.toString()).toMatch(/^!+$/);
  page.release?.();
  expect(page.changes.map(textOf)).toEqual([textOf(b)]);
});

test('a page that is wanted as a whole is passed on as it is, and released by who has it last', async () => {
  const page = pageOf([upsert('a')], 'one', { release: () => {} });
  expect(
    await pagesOf(
      filtered(sourceOf([page]), () => true, new Tally()),
      EVERYTHING,
    ),
  ).toEqual([page]);
});

test('resumes behind what it has filtered', async () => {
  const source: Source = filtered(ordersOf(3000), () => false, new Tally());
  expect(await pagesOf(source, EVERYTHING, '3000' as Continuation)).toEqual([]);
  expect((await pagesOf(source, EVERYTHING)).at(-1)?.resumeAt).toBe('3000');
});
