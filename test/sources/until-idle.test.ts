import { expect, test, vi } from 'vitest';
import type { Range, Source } from '../../src/contract.ts';
import { untilIdle } from '../../src/sources/until-idle.ts';
import { page } from '../pipeline/rig.ts';
import { idOf } from '../support/changes.ts';
import { feedOf, fill, openFeed } from './rig.ts';

const ANY: Range = { min: '', max: 'FF' };

test('a feed that is followed ends when nothing has come for so long, and not before', async () => {
  const rig = await openFeed({ ranges: 2, documents: 20 });
  const source = untilIdle(feedOf(rig, { follow: true }), 100);
  const seen: string[] = [];
  let isWritten = false;
  await Promise.all(
    (await source.starts()).map(async ({ range, resumeAt }) => {
      for await (const { changes } of source.pages(range, resumeAt, new AbortController().signal)) {
        seen.push(...changes.map(idOf));
        if (changes.length > 0 || isWritten) continue;
        isWritten = true;
        await fill(rig, ['later']);
      }
    }),
  );
  expect(seen.toSorted()).toEqual([...rig.ids, 'later'].sort());
});

test('a range that is behind, or whose changes wait for the sink, is not idle', async () => {
  let pages = 0;
  const source: Source = {
    starts: async () => [],
    async *pages(_range, _from, signal) {
      for (; pages < 50 && !signal.aborted; pages++) yield page(`${pages}`, 'a1');
      for (; !signal.aborted; pages++) yield page(`${pages}`);
    },
  };
  const given: number[] = [];
  for await (const { changes } of untilIdle(source, 0).pages(ANY, undefined, new AbortController().signal))
    given.push(changes.length);
  expect(given.filter((length) => length > 0)).toHaveLength(50);
  expect(given.slice(50).length).toBeGreaterThan(0);
});

test('it is not idle before so long has passed since the last change, and then it is', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const times: number[] = [];
  const source: Source = {
    starts: async () => [],
    async *pages(_range, _from, signal) {
      for (; now < 500 && !signal.aborted; now += 10) yield now === 90 ? page('1', 'a1') : page('1');
    },
  };
  for await (const _ of untilIdle(source, 100).pages(ANY, undefined, new AbortController().signal)) times.push(now);
  expect(times.at(-1)).toBe(190);
});

test('a range that is over does not keep the others', async () => {
  const source: Source = {
    starts: async () => [],
    async *pages({ min }, _from, signal) {
      if (min === '') yield page('1', 'a1');
      else for (let left = 50; left > 0 && !signal.aborted; left--) yield page('1');
    },
  };
  const idle = untilIdle(source, 0);
  const pages: number[] = [];
  for (const min of ['', '80']) {
    let given = 0;
    for await (const _ of idle.pages({ ...ANY, min }, undefined, new AbortController().signal)) given++;
    pages.push(given);
  }
  expect(pages).toEqual([1, 1]);
});

test('a page without changes that is not the end for now is not idle', async () => {
  let pages = 0;
  const source: Source = {
    starts: async () => [],
    async *pages(_range, _from, signal) {
      for (; !signal.aborted; pages++) yield { ...page(`${pages}`), hasMore: pages < 50 };
    },
  };
  for await (const _ of untilIdle(source, 0).pages(ANY, undefined, new AbortController().signal));
  expect(pages).toBe(51);
});

test('a range that fails is not idle until it has been read on', async () => {
  let tries = 0;
  const source: Source = {
    starts: async () => [],
    async *pages({ min }, _from, signal) {
      if (min !== '' && tries++ === 0) throw new Error('lost');
      for (let rest = 20; rest > 0 && !signal.aborted; rest--) yield page('1');
    },
  };
  const idle = untilIdle(source, 0);
  const signal = new AbortController().signal;
  const count = async (range: Range): Promise<number> => {
    let pages = 0;
    for await (const _ of idle.pages(range, undefined, signal)) pages++;
    return pages;
  };
  await expect(count({ min: '80', max: 'FF' })).rejects.toThrow('lost');
  expect(await count({ min: '', max: '80' })).toBe(20);
  expect(await count({ min: '80', max: 'FF' })).toBe(1);
});
