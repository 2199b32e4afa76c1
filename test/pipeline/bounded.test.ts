import { expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import type { Continuation, Range, Source } from '../../src/contract.ts';
import { bounded } from '../../src/pipeline/bounded.ts';
import { run } from '../../src/pipeline/run.ts';
import { startOf } from '../support/changes.ts';

const MB = 1024 * 1024;
const RANGES: readonly Range[] = [
  { min: '', max: '10' },
  { min: '10', max: '20' },
  { min: '20', max: 'FF' },
];

test('no more is read than there is room for, until something is committed', async () => {
  const seen = { read: 0, openMax: 0 };
  const release: (() => void)[] = [];
  const sink = {
    write: () =>
      new Promise<void>((resolve) => {
        release.push(resolve);
      }),
    close: async () => {},
  };
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
