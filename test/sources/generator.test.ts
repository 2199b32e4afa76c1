import { describe, expect, test } from 'vitest';
import { type Continuation, EVERYTHING, type Page } from '../../src/contract.ts';
import { type GeneratedRecord, type GeneratorOptions, generator } from '../../src/sources/generator.ts';
import { orderText } from '../../src/sources/order.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, textOf } from '../support/changes.ts';

const make = (index: number): GeneratedRecord => ({ kind: 'upsert', text: orderText(1, index, 0) });
const OPTIONS: GeneratorOptions = {
  end: 2500,
  offset: 0,
  rate: undefined,
  durationMs: undefined,
  recordBytes: 0,
  make,
  partitionKey: { paths: ['/customerId'], kind: 'Hash', version: 2 },
};

describeSource('generator', async () => {
  const ids = Array.from({ length: OPTIONS.end }, (_, index) => JSON.parse(orderText(1, index, 0)).id as string);
  return { source: generator(OPTIONS), ids: ids.sort() };
});

test('makes the orders of its seed, in their order', async () => {
  const pages = await pagesOf(
    generator({ ...OPTIONS, make: (index) => ({ kind: 'upsert', text: orderText(9, index, 1000) }) }),
    EVERYTHING,
  );
  const texts = pages.flatMap(({ changes }) => changes.map(textOf));
  expect(texts).toEqual(Array.from({ length: OPTIONS.end }, (_, index) => orderText(9, index, 1000)));
});

test('says how many are left after a page', async () => {
  const pages = await pagesOf(generator(OPTIONS), EVERYTHING);
  expect(pages.map(({ lag }) => lag)).toEqual([1500, 500, 0]);
});

test('has nothing to read when it is at its end', async () => {
  expect(await pagesOf(generator(OPTIONS), EVERYTHING, '2500' as Continuation)).toEqual([]);
  expect(await pagesOf(generator({ ...OPTIONS, end: 0 }), EVERYTHING)).toEqual([]);
});

test('begins at its offset, unless it goes on from a position', async () => {
  const first = async (from?: Continuation): Promise<string | undefined> => {
    const [page] = await pagesOf(generator({ ...OPTIONS, offset: 2000 }), EVERYTHING, from);
    return page?.changes[0] && textOf(page.changes[0]);
  };
  expect(await first()).toBe(orderText(1, 2000, 0));
  expect(await first('2100' as Continuation)).toBe(orderText(1, 2100, 0));
});

test('ends when its time is over', async () => {
  const pages = await pagesOf(
    generator({ ...OPTIONS, end: Number.POSITIVE_INFINITY, rate: 100, durationMs: 50 }),
    EVERYTHING,
  );
  expect(pages.length).toBe(1);
});

test('a deletion is the id and the partition key alone', async () => {
  const [page] = await pagesOf(
    generator({ ...OPTIONS, end: 1, make: () => ({ kind: 'delete', text: '{"id":"a","customerId":"c","n":1}' }) }),
    EVERYTHING,
  );
  expect(page?.changes[0]).toMatchObject({ kind: 'delete', key: '"a","c"' });
  expect(page?.changes.map(textOf)).toEqual(['{"id":"a","customerId":"c"}']);
});

describe('at a rate', () => {
  test('comes in pages of a tenth of a second', async () => {
    const pages = await pagesOf(generator({ ...OPTIONS, end: 50, rate: 200 }), EVERYTHING);
    expect(pages.map(({ changes }) => changes.length)).toEqual([20, 20, 10]);
  });

  test('is not faster than that', async () => {
    const started = performance.now();
    await pagesOf(generator({ ...OPTIONS, end: 31, rate: 100 }), EVERYTHING);
    expect(performance.now() - started).toBeGreaterThan(290);
  });

  test('ends soon after it is told to stop, however slow it is', async () => {
    const stop = new AbortController();
    const pages: Page[] = [];
    const source = generator({ ...OPTIONS, rate: 0.001 });
    for await (const page of source.pages(EVERYTHING, undefined, stop.signal)) {
      pages.push(page);
      setImmediate(() => stop.abort());
    }
    expect(pages.flatMap(({ changes }) => changes.map(idOf)).length).toBeLessThanOrEqual(2);
  });
});
