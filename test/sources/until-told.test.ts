import { expect, test } from 'vitest';
import { EVERYTHING, type Source } from '../../src/contract.ts';
import { untilTold } from '../../src/sources/until-told.ts';
import { page } from '../pipeline/rig.ts';
import { idOf } from '../support/changes.ts';

test('a source that is told that nothing more comes ends, and not before it has what was there by then', async () => {
  const ending = new AbortController();
  let isWritten = false;
  // What is written while an empty answer is on its way is only in the next one.
  const source: Source = {
    starts: async () => [],
    async *pages() {
      yield page('1', 'a1');
      yield page('2');
      isWritten = true;
      ending.abort();
      yield page('3');
      yield page('4', 'b1');
      // All of it was out of what is wanted, and there is more.
      yield { ...page('5'), hasMore: true };
      yield page('6', 'c1');
      for (let at = 7; ; at++) yield page(`${at}`);
    },
  };
  const seen: string[] = [];
  for await (const { changes, resumeAt } of untilTold(source, ending.signal).pages(
    EVERYTHING,
    undefined,
    new AbortController().signal,
  )) {
    seen.push(`${resumeAt}${changes.map(idOf).join()}`);
  }
  expect(isWritten).toBe(true);
  expect(seen).toEqual(['1a', '2', '3', '4b', '5', '6c', '7']);
});

test('a source that was told before it began reads once', async () => {
  let pages = 0;
  const source: Source = {
    starts: async () => [],
    async *pages() {
      for (; ; pages++) yield page(`${pages}`);
    },
  };
  const read = untilTold(source, AbortSignal.abort()).pages(EVERYTHING, undefined, new AbortController().signal);
  let given = 0;
  for await (const { changes } of read) given += 1 + changes.length;
  expect(given).toBe(1);
});
