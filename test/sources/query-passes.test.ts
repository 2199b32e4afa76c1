import { describe, expect, test, vi } from 'vitest';
import type { Change, Continuation, Page, Position, Source } from '../../src/contract.ts';
import { QueryPages } from '../../src/cosmos/query-pages.ts';
import { Found } from '../../src/sources/query-progress.ts';
import { idOf, pagesOf, readAll, textOf } from '../support/changes.ts';
import { openQuery, type QueryRig, type QueryRigOptions, queryOf } from './query-rig.ts';
import { fill } from './rig.ts';

const QUERIES = ['SELECT * FROM c', 'SELECT c.id, c.version FROM c', 'SELECT VALUE {"id": c.id} FROM c'];

describe.each(QUERIES)('%s, asked for what is new', (text) => {
  test('gives what was written since, in the same second too, and nothing else', async () => {
    const rig = await openPasses(text, { documents: 25 });
    expect(await rig.pass()).toEqual(rig.ids);
    expect(await rig.pass()).toEqual([]);
    await fill(rig, ['new-1', 'item-003'], 2);
    expect(await rig.pass()).toEqual(['item-003', 'new-1']);
    await fill(rig, ['new-2', 'item-003'], 3);
    expect(await rig.pass()).toEqual(['item-003', 'new-2']);
    rig.clock.ms += 60_000;
    expect(await rig.pass()).toEqual([]);
    await fill(rig, ['new-3']);
    expect(await rig.pass()).toEqual(['new-3']);
  });

  test('gives what was written behind it while it read, although it saw what is newer', async () => {
    const rig = await openPasses(text, { documents: 25, ranges: 1 });
    let pages = 0;
    const seen = await rig.pass(async () => {
      if (++pages > 1) return;
      rig.clock.ms += 10_000;
      await fill(rig, ['item-000', 'item-001'], 2);
      rig.clock.ms += 10_000;
      await fill(rig, ['late']);
    });
    expect(pages).toBeGreaterThan(2);
    expect(seen).toContain('late');
    const found = new Set([...seen, ...(await rig.pass())]);
    expect([...found].sort()).toEqual([...rig.ids, 'late']);
    expect(rig.last.filter((id) => id === 'item-000')).toHaveLength(1);
    expect(await rig.pass()).toEqual([]);
  });

  test('goes on behind each page of a pass as if it had not stopped', async () => {
    const rig = await openPasses(text, { documents: 5, ranges: 1 });
    await rig.pass();
    await fill(
      rig,
      Array.from({ length: 25 }, (_, index) => `new-${String(index).padStart(2, '0')}`),
    );
    const [{ range, resumeAt } = fail()] = rig.positions;
    const pages = await pagesOf(rig.source, range, resumeAt);
    expect(pages.length).toBeGreaterThan(2);
    const all = pages.flatMap(({ changes }) => changes.map(textOf));
    expect(all).toHaveLength(25);
    for (const [index, page] of pages.entries()) {
      const rest = await pagesOf(queryOf(rig, text, { passes: 'incremental' }), range, page.resumeAt);
      const done = pages.slice(0, index + 1).flatMap(({ changes }) => changes);
      expect([...done, ...rest.flatMap(({ changes }) => changes)].map(textOf)).toEqual(all);
    }
  });
});

test('a result of each of several parts of a document comes again when the document changes', async () => {
  const rig = await openPasses('SELECT c.id, t FROM c JOIN t IN c.tags');
  const { items } = rig.client.database('db').container('items');
  await items.upsert({ id: 'a', pk: 'x', tags: [1, 2] });
  await items.upsert({ id: 'b', pk: 'x', tags: [3, 4] });
  expect(await rig.pass()).toEqual(['a', 'a', 'b', 'b']);
  await items.upsert({ id: 'b', pk: 'x', tags: [3] });
  expect(await rig.pass()).toEqual(['b']);
});

test('results that are undefined are none', async () => {
  const rig = await openPasses('SELECT VALUE c.v FROM c');
  const { items } = rig.client.database('db').container('items');
  await items.upsert({ id: 'a', pk: 'x' });
  await items.upsert({ id: 'b', pk: 'x', v: { id: 'value' } });
  expect(await rig.pass()).toEqual(['value']);
});

test('a result that tells its document has another version for each of its versions, and for each query', async () => {
  const rig = await openQuery({ documents: 1, ranges: 1 });
  const versionBy = async (text: string): Promise<string | undefined> => {
    const [change] = await readAll(queryOf(rig, text, { passes: 'incremental' }));
    expect(change?.key).toBe('"item-000","key of item-000"');
    return change?.version;
  };
  const queries = ['SELECT * FROM c', 'SELECT c.id, c.pk FROM c', 'SELECT c.id, c.pk, c.version FROM c'];
  const versions = [];
  for (const _ of [1, 2]) {
    for (const text of queries) versions.push(await versionBy(text), await versionBy(text));
    await fill(rig, ['item-000'], 2);
  }
  expect(new Set(versions).size).toBe(6);
});

test('ranges that split and merge between passes go on with what was new', async () => {
  const rig = await openPasses('SELECT c.id FROM c', { documents: 30, ranges: 2 });
  await rig.pass();
  rig.emulator.split('db', 'items');
  await fill(rig, ['new-1', 'new-2']);
  expect(await rig.pass()).toEqual(['new-1', 'new-2']);
  rig.emulator.merge('db', 'items');
  await fill(rig, ['new-1', 'new-3', 'new-4'], 2);
  expect(await rig.pass()).toEqual(['new-1', 'new-3', 'new-4']);
});

test('a clock that goes back by less than the overlap loses nothing', async () => {
  const rig = await openPasses('SELECT * FROM c', { documents: 3 }, 10_000);
  await rig.pass();
  rig.emulator.skewClock(-8000);
  await fill(rig, ['new']);
  rig.emulator.skewClock(0);
  expect(await rig.pass()).toEqual(['new']);
});

test('an export that is over gives what was written since when it is asked for that', async () => {
  const rig = await openPasses('SELECT * FROM c', { documents: 12 });
  rig.source = queryOf(rig, 'SELECT * FROM c');
  expect(await rig.pass()).toEqual(rig.ids);
  await fill(rig, ['new']);
  expect(await rig.pass()).toEqual([]);
  rig.source = queryOf(rig, 'SELECT * FROM c', { passes: 'incremental' });
  expect(await rig.pass()).toEqual(['new']);
});

test('what was written in the second at which the next pass begins is not given again', async () => {
  const rig = await openPasses('SELECT * FROM c', { documents: 25, ranges: 1 });
  rig.clock.ms += 1000;
  expect(await rig.pass()).toEqual(rig.ids);
  const [{ range, resumeAt } = fail()] = rig.positions;
  const pages = await pagesOf(rig.source, range, resumeAt);
  expect(pages.map(({ changes, hasMore }) => [changes.length, hasMore])).toEqual([
    [0, true],
    [0, true],
    [0, false],
  ]);
});

test('where the service does not tell its time, what is new comes all the same', async () => {
  const rig = await openPasses('SELECT * FROM c', { documents: 12 });
  const { ask } = QueryPages.prototype;
  vi.spyOn(QueryPages.prototype, 'ask').mockImplementation(async function (this: QueryPages, ...request) {
    return { ...(await ask.apply(this, request)), askedAt: Number.NaN };
  });
  expect(await rig.pass()).toEqual(rig.ids);
  await fill(rig, ['new']);
  expect(await rig.pass()).toEqual(['new']);
});

test('a query that waits for an answer ends without throwing when it is told to stop', async () => {
  const rig = await openQuery({ documents: 12, ranges: 1 });
  const stop = new AbortController();
  const source = queryOf(rig, 'SELECT * FROM c', { signal: stop.signal });
  const [{ range } = fail()] = await source.starts();
  rig.intercept = ({ operation }) => {
    if (operation !== 'query') return undefined;
    setImmediate(() => stop.abort());
    return { hang: true };
  };
  for await (const _ of source.pages(range, undefined, stop.signal)) expect.unreachable();
});

test('a query that is asked again and again gives what is written meanwhile, until it is told to stop', async () => {
  const rig = await openQuery({ documents: 12, ranges: 1 });
  const source = queryOf(rig, 'SELECT c.id FROM c', { passes: 'continuous' });
  const [{ range } = fail()] = await source.starts();
  const stop = new AbortController();
  const ids: string[] = [];
  for await (const { changes } of source.pages(range, undefined, stop.signal)) {
    ids.push(...changes.map(idOf));
    if (ids.length === 12) await fill(rig, ['new-1']);
    if (ids.length === 13) await fill(rig, ['new-1', 'new-2'], 2);
    if (ids.length === 15) stop.abort();
  }
  expect(ids.toSorted()).toEqual([...rig.ids, 'new-1', 'new-1', 'new-2']);
});

test('what a pass remembers is bounded', () => {
  const found = new Found({ rid: 'r' });
  for (let version = 0; version < 10_000; version++) found.add(String(version));
  expect(found.versions).toHaveLength(4096);
});

interface PassesRig extends QueryRig {
  source: Source;
  readonly clock: { ms: number };
  positions: readonly Position[];
  /** The ids that the last pass gave. */
  last: readonly string[];
  /** Ids of what each range gives from where the pass before it has stopped, sorted. */
  pass(afterPage?: () => Promise<void>): Promise<readonly string[]>;
}

/** By a clock that stands still. */
async function openPasses(text: string, options: QueryRigOptions = {}, overlapMs = 0): Promise<PassesRig> {
  const clock = { ms: Date.now() };
  const rig = await openQuery({ ranges: 2, ...options, text, clock: () => clock.ms });
  const passes: PassesRig = Object.assign(rig, {
    clock,
    source: queryOf(rig, text, { passes: 'incremental', overlapMs }),
    positions: [],
    last: [],
    async pass(afterPage = async () => {}) {
      const left = passes.positions.length > 0 ? [...passes.positions] : [...(await passes.source.starts())];
      const ends: Position[] = [];
      const changes: Change[] = [];
      for (const { range, resumeAt } of left) {
        let end: Continuation | undefined = resumeAt;
        let last: Page | undefined;
        for await (const page of passes.source.pages(range, resumeAt, new AbortController().signal)) {
          changes.push(...page.changes);
          [end, last] = [page.resumeAt, page];
          await afterPage();
        }
        if (last?.split) left.push(...last.split);
        else ends.push({ range, resumeAt: end });
      }
      passes.positions = ends;
      passes.last = changes.map(idOf).sort();
      return passes.last;
    },
  });
  return passes;
}

function fail(): never {
  throw new Error('there is no range');
}
