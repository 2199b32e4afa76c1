import { expect, test } from 'vitest';
import { type Change, EVERYTHING, type Sink } from '../../src/contract.ts';
import { retrying } from '../../src/sinks/retrying.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { describeSink } from '../contract/sink.ts';
import { idOf, upsert } from '../support/changes.ts';
import { memorySink, patient } from './rig.ts';

const REASON = new Error('too many requests');

describeSink('retrying', async () => {
  const { sink, contents } = memorySink();
  return { sink: patient(sink, 1000), contents };
});

describeSink('retrying, around one that delivers the first half of what it is given,', async () => {
  const { sink, contents } = memorySink();
  return { sink: patient(halving(sink), 10_000), contents };
});

test('writes again only what was not delivered', async () => {
  const written: string[][] = [];
  const sink = patient(
    sinkOf(async (changes) => {
      written.push(changes.map(idOf));
      if (changes.length > 1) throw new Undelivered(changes.slice(1), { retryAfterMs: 0, reason: REASON });
    }),
    10_000,
  );
  await sink.write([upsert('a'), upsert('b'), upsert('c')], EVERYTHING);
  expect(written).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c']]);
});

test('hands on what the sink notes in its last write', async () => {
  const notes = new Map([['name', 'text']]);
  const failures = [new Undelivered([upsert('b')], { retryAfterMs: 0, reason: REASON })];
  const write: Sink['write'] = async () => {
    const failure = failures.pop();
    if (failure) throw failure;
    return notes;
  };
  expect(await patient({ write, close: async () => {} }, 10_000).write([upsert('a'), upsert('b')], EVERYTHING)).toBe(
    notes,
  );
});

test('gives up with the reason when nothing has been delivered for the whole budget', async () => {
  let attempts = 0;
  const sink = patient(
    sinkOf(async (changes) => {
      attempts++;
      throw new Undelivered(changes, { retryAfterMs: 0, reason: REASON });
    }),
    300,
  );
  await expect(sink.write([upsert('a')], EVERYTHING)).rejects.toBe(REASON);
  expect(attempts).toBeGreaterThan(1);
});

test('goes on as long as something is delivered, however long it takes in all', async () => {
  const sink = patient(
    sinkOf(async (changes) => {
      if (changes.length > 1) throw new Undelivered(changes.slice(1), { retryAfterMs: 0, reason: REASON });
    }),
    250,
  );
  const started = performance.now();
  await sink.write(
    Array.from({ length: 12 }, (_, index) => upsert(`item-${index}`)),
    EVERYTHING,
  );
  expect(performance.now() - started).toBeGreaterThan(250);
});

test('leaves the destination alone for as long as it asks', async () => {
  const waits: number[] = [];
  const failures = [new Undelivered([upsert('a')], { retryAfterMs: 321, reason: REASON })];
  const inner = sinkOf(async () => {
    const failure = failures.pop();
    if (failure) throw failure;
  });
  const { signal } = new AbortController();
  await retrying(inner, { budgetMs: 10_000, signal, onWait: (ms) => waits.push(ms) }).write([upsert('a')], EVERYTHING);
  expect(waits).toEqual([321]);
});

test('throws anything else at once', async () => {
  const bug = new TypeError('a bug');
  let attempts = 0;
  const sink = patient(
    sinkOf(async () => {
      attempts++;
      throw bug;
    }),
    10_000,
  );
  await expect(sink.write([upsert('a')], EVERYTHING)).rejects.toBe(bug);
  expect(attempts).toBe(1);
});

test('stops waiting when it is told to stop, with the reason', async () => {
  const stop = new AbortController();
  const inner = sinkOf(async (changes) => {
    throw new Undelivered(changes, { retryAfterMs: 60_000, reason: REASON });
  });
  const sink = retrying(inner, {
    budgetMs: 100_000,
    signal: stop.signal,
    onWait: () => setImmediate(() => stop.abort()),
  });
  await expect(sink.write([upsert('a')], EVERYTHING)).rejects.toBe(REASON);
});

test('closes the sink inside', async () => {
  let closed = 0;
  const inner = sinkOf(async () => {});
  await patient({ ...inner, close: async () => void closed++ }, 1).close();
  expect(closed).toBe(1);
});

function sinkOf(write: (changes: readonly Change[]) => Promise<void>): Sink {
  return { write, close: async () => {} };
}

function halving(sink: Sink): Sink {
  return sinkOf(async (changes) => {
    const half = Math.ceil(changes.length / 2);
    await sink.write(changes.slice(0, half), EVERYTHING);
    if (half < changes.length) throw new Undelivered(changes.slice(half), { retryAfterMs: 0, reason: REASON });
  });
}
