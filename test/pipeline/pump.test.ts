import { describe, expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { EVERYTHING, type Page, type Range } from '../../src/contract.ts';
import { bounded } from '../../src/pipeline/bounded.ts';
import { run } from '../../src/pipeline/run.ts';
import { everything, manualSink, page, settle, sourceOf } from './rig.ts';

const PAGES = [page('1', 'a1'), page('2', 'b1'), page('3', 'c1')];

describe('a sink whose writes may wait for later ones is told that somebody waits', () => {
  test('when the window of a range is full, until the oldest of its pages is committed', async () => {
    const { sink, hurries, open } = started(PAGES, { window: 2, idle: true });
    expect(await open()).toEqual(['a1', 'b1']);
    expect(hurries()).toEqual([EVERYTHING]);
    await sink.end('a1');
    expect(await open()).toEqual(['b1', 'c1']);
    expect(hurries()).toEqual([EVERYTHING]);
    await sink.end('b1');
    await settle();
    expect(hurries()).toEqual([]);
  });

  test('not as long as there is room for more', async () => {
    const { hurries, open, heard } = started(PAGES, { window: 4, idle: true });
    expect(await open()).toHaveLength(3);
    expect([hurries(), heard()]).toEqual([[], 0]);
  });

  test('when a range has ended, until all of it is committed', async () => {
    const { sink, running, hurries, open } = started(PAGES, { window: 9 });
    expect(await open()).toHaveLength(3);
    expect(hurries()).toEqual([EVERYTHING]);
    for (const version of ['c1', 'b1', 'a1']) await sink.end(version);
    await running;
    expect(hurries()).toEqual([]);
  });

  test('when the run is told to stop', async () => {
    const { sink, stop, running, hurries, open } = started(PAGES.slice(0, 1), { window: 9, idle: true });
    expect([await open(), hurries()]).toEqual([['a1'], []]);
    stop();
    await settle();
    expect(hurries()).toEqual([EVERYTHING]);
    await sink.end('a1');
    await running;
  });

  test('when a page waits for one with the same key', async () => {
    const { sink, hurries, open } = started([page('1', 'a1'), page('2', 'a2')], { window: 9, idle: true });
    expect(await open()).toEqual(['a1']);
    expect(hurries()).toEqual([EVERYTHING]);
    await sink.end('a1');
    expect(await open()).toEqual(['a2']);
    expect(hurries()).toEqual([]);
  });

  test('when there is no room for another page, whichever range has it', async () => {
    const { sink, hurries, open } = started(PAGES, { window: 9, idle: true, bytesMax: 100 });
    expect(await open()).toEqual(['a1', 'b1']);
    expect(hurries()).toEqual([undefined]);
    await sink.end('a1');
    expect(await open()).toEqual(['b1', 'c1']);
    await sink.end('b1');
    await settle();
    expect(hurries()).toEqual([]);
  });
});

interface Options {
  readonly window: number;
  readonly idle?: boolean;
  readonly bytesMax?: number;
}

function started(pages: readonly Page[], { window, idle = false, bytesMax = 1e6 }: Options) {
  const current = new Set<{ readonly range: Range | undefined }>();
  let heard = 0;
  const sink = Object.assign(manualSink(), {
    hurry(over: Promise<unknown>, range?: Range) {
      const one = { range };
      heard++;
      current.add(one);
      over.finally(() => current.delete(one)).catch(() => {});
    },
  });
  const stop = new AbortController();
  const within = bounded(sourceOf(everything(...pages), { idle }), forgetful(), bytesMax, (room) => sink.hurry(room));
  const running = run(within.source, sink, within.checkpoint, { window, signal: stop.signal });
  return {
    sink,
    running,
    stop: () => stop.abort(),
    /** For which ranges somebody waits now; `undefined` is all. */
    hurries: () => [...current].map(({ range }) => range),
    /** How often it was told. */
    heard: () => heard,
    open: async () => {
      await settle();
      return [...sink.open];
    },
  };
}
