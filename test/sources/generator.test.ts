import { describe, expect, test } from 'vitest';
import { type Continuation, EVERYTHING, type Page } from '../../src/contract.ts';
import { type GeneratorOptions, generator } from '../../src/sources/generator.ts';
import { orderText } from '../../src/sources/order.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, textOf } from '../support/changes.ts';

const OPTIONS: GeneratorOptions = {
  count: 2500,
  seed: 1,
  payloadBytes: 0,
  rate: undefined,
  partitionKey: { paths: ['/customerId'], kind: 'Hash', version: 2 },
};

describeSource('generator', async () => {
  const ids = Array.from({ length: OPTIONS.count }, (_, index) => JSON.parse(orderText(1, index, 0)).id as string);
  return { source: generator(OPTIONS), ids: ids.sort() };
});

test('makes the orders of its seed, in their order', async () => {
  const pages = await pagesOf(generator({ ...OPTIONS, seed: 9, payloadBytes: 1000 }), EVERYTHING);
  const texts = pages.flatMap(({ changes }) => changes.map(textOf));
  expect(texts).toEqual(Array.from({ length: OPTIONS.count }, (_, index) => orderText(9, index, 1000)));
});

test('says how many are left after a page', async () => {
  const pages = await pagesOf(generator(OPTIONS), EVERYTHING);
  expect(pages.map(({ lag }) => lag)).toEqual([1500, 500, 0]);
});

test('has nothing to read when it is at its end', async () => {
  expect(await pagesOf(generator(OPTIONS), EVERYTHING, '2500' as Continuation)).toEqual([]);
  expect(await pagesOf(generator({ ...OPTIONS, count: 0 }), EVERYTHING)).toEqual([]);
});

describe('at a rate', () => {
  test('comes in pages of a tenth of a second', async () => {
    const pages = await pagesOf(generator({ ...OPTIONS, count: 50, rate: 200 }), EVERYTHING);
    expect(pages.map(({ changes }) => changes.length)).toEqual([20, 20, 10]);
  });

  test('is not faster than that', async () => {
    const started = performance.now();
    await pagesOf(generator({ ...OPTIONS, count: 31, rate: 100 }), EVERYTHING);
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
