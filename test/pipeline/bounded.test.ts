import { describe, expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { type Continuation, EVERYTHING, type Page, type Range, type Sink, type Source } from '../../src/contract.ts';
import { bounded } from '../../src/pipeline/bounded.ts';
import { run } from '../../src/pipeline/run.ts';
import { startOf } from '../support/changes.ts';
import { eventually, settle } from './rig.ts';

const MB = 1024 * 1024;
const RANGES: readonly Range[] = [
  { min: '', max: '10' },
  { min: '10', max: '20' },
  { min: '20', max: 'FF' },
];

test('no more is read than there is room for, until something is committed', async () => {
  const seen = { read: 0, openMax: 0 };
  const sink = heldSink();
  const release = sink.open;
  const within = bounded(pagesOf(MB, 4, seen), forgetful(), 5 * MB);
  const running = run(within.source, sink, within.checkpoint, { window: 4, signal: new AbortController().signal });
  while (seen.read < 12) {
    await idle();
    seen.openMax = Math.max(seen.openMax, release.length);
    release.shift()?.();
  }
  while (release.length > 0) {
    release.shift()?.();
    await idle();
  }
  await running;
  expect(seen.openMax).toBeGreaterThan(2);
  expect(seen.openMax).toBeLessThanOrEqual(5);
});

test('a page that is larger than all the room is let through alone', async () => {
  const seen = { read: 0 };
  const sink = { write: async () => {}, close: async () => {} };
  const within = bounded(pagesOf(3 * MB, 2, seen), forgetful(), MB);
  await run(within.source, sink, within.checkpoint, { window: 4, signal: new AbortController().signal });
  expect(seen.read).toBe(6);
});

test('a stop wakes a range that waits for room', async () => {
  const stop = new AbortController();
  const written = Promise.withResolvers<void>();
  const sink = { write: () => written.promise, close: async () => {} };
  const within = bounded(pagesOf(MB, 4, { read: 0 }), forgetful(), MB);
  const running = run(within.source, sink, within.checkpoint, { window: 4, signal: stop.signal });
  await idle();
  stop.abort();
  written.resolve();
  await expect(running).resolves.toBeUndefined();
});

test('a page is taken to be as large as the one before it of its range', async () => {
  const sink = heldSink();
  const within = bounded(pagesOf(4 * MB, 2, { read: 0 }), forgetful(), 8 * MB);
  const running = run(within.source, sink, within.checkpoint, { window: 4, signal: new AbortController().signal });
  // How large the first ones are nobody knows.
  await eventually(() => sink.open.length === RANGES.length);
  for (let write = 0; write < 2; write++) sink.open.shift()?.();
  await settle();
  expect(sink.open).toHaveLength(2);
  while (sink.open.length > 0) {
    sink.open.shift()?.();
    await settle();
  }
  await running;
});

test('all that there is room for are read, although none of them has its page yet', async () => {
  const large = heldSink();
  const asked: string[] = [];
  const answered = Promise.withResolvers<void>();
  const ranges = ['', '10', '20', '30'].map((min, index, mins) => ({ min, max: mins[index + 1] ?? 'FF' }));
  const source: Source = {
    starts: async () => ranges.map(startOf),
    async *pages({ min }) {
      yield pageOf(min, min === '' ? 9 : 4);
      if (min === '') return;
      asked.push(min);
      await answered.promise;
    },
  };
  const sink: Sink = {
    ...large,
    write: async (changes, range) => (range.min === '' ? large.write(changes, range) : undefined),
  };
  const within = bounded(source, forgetful(), 12);
  const running = run(within.source, sink, within.checkpoint, { window: 1, signal: new AbortController().signal });
  await settle();
  expect(asked).toEqual([]);
  large.open.shift()?.();
  await settle();
  expect(asked.toSorted()).toEqual(['10', '20', '30']);
  answered.resolve();
  await running;
});

test('who has enough of a range leaves the source in peace', async () => {
  let isLeft = false;
  const source: Source = {
    starts: async () => [startOf(EVERYTHING)],
    async *pages() {
      try {
        for (;;) yield pageOf('', 1);
      } finally {
        isLeft = true;
      }
    },
  };
  const { pages } = bounded(source, forgetful(), MB).source;
  for await (const _ of pages(EVERYTHING, undefined, new AbortController().signal)) break;
  expect(isLeft).toBe(true);
});

describe.each([
  ['as large', 10],
  ['nearly as large as all the room', 95],
])('of two ranges that always have work, the pages of one %s,', (_, largerKb) => {
  test('both come to their turn, however little room there is', async () => {
    const stop = new AbortController();
    const written = new Map(RANGES.slice(0, 2).map(({ min }) => [min, 0]));
    const source: Source = {
      starts: async () => [startOf({ min: '', max: '10' }), startOf({ min: '10', max: 'FF' })],
      async *pages({ min }, _from, signal) {
        const document = new Uint8Array((min === '' ? 10 : largerKb) * 1024);
        for (let page = 0; !signal.aborted; page++) {
          await idle();
          yield { changes: [{ key: `${min} ${page}`, kind: 'upsert', document }], resumeAt: `${page}` as Continuation };
        }
      },
    };
    let writes = 0;
    const sink = {
      async write(_changes: unknown, { min }: Range) {
        for (let turn = 0; turn < 4; turn++) await idle();
        written.set(min, (written.get(min) as number) + 1);
        if (++writes === 300) stop.abort();
      },
      close: async () => {},
    };
    const within = bounded(source, forgetful(), 100 * 1024);
    await run(within.source, sink, within.checkpoint, { window: 4, signal: stop.signal });
    const [fewest = 0, most = 0] = [...written.values()].toSorted((a, b) => a - b);
    expect(fewest).toBeGreaterThan(most / 3);
  });
});

function heldSink(): Sink & { readonly open: (() => void)[] } {
  const open: (() => void)[] = [];
  const write = (): Promise<void> =>
    new Promise((resolve) => {
      open.push(resolve);
    });
  return { open, write, close: async () => {} };
}

function pageOf(key: string, bytes: number): Page {
  return { changes: [{ key, kind: 'upsert', document: new Uint8Array(bytes) }], resumeAt: '1' as Continuation };
}

function pagesOf(bytes: number, count: number, seen: { read: number }): Source {
  const document = new Uint8Array(bytes);
  return {
    starts: async () => RANGES.map(startOf),
    async *pages({ min }, _from, signal) {
      for (let page = 0; page < count && !signal.aborted; page++) {
        seen.read++;
        yield { changes: [{ key: `${min} ${page}`, kind: 'upsert', document }], resumeAt: `${page}` as Continuation };
      }
    },
  };
}

/** Lets everything happen that needs no more than promises. */
const idle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
