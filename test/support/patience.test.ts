import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Patience } from '../../src/support/patience.ts';

// node:timers/promises is not faked by vitest: the clock is, and waits are kept by this.
const waits = vi.hoisted(() => ({ clock: 0, abortIn: undefined as (() => void) | undefined }));
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number, _value: undefined, { signal }: { signal: AbortSignal }) => {
    waits.clock += ms;
    waits.abortIn?.();
    signal.throwIfAborted();
  },
}));

beforeEach(() => {
  waits.clock = 0;
  waits.abortIn = undefined;
  vi.spyOn(performance, 'now').mockImplementation(() => waits.clock);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const REASON = new Error('the reason');

test('waits longer each time, up to five seconds and their jitter', async () => {
  const { patience, waited } = patient(1e9);
  for (let attempt = 0; attempt < 12; attempt++) await patience.wait(REASON);
  waited.forEach((ms, attempt) => {
    const middle = Math.min(50 * 2 ** attempt, 5000);
    expect(ms).toBeGreaterThanOrEqual(middle / 2);
    expect(ms).toBeLessThanOrEqual(middle * 1.5);
  });
});

test('throws the reason once its budget is used up, and has not waited longer than that', async () => {
  const { patience } = patient(10_000);
  await expect(untilItThrows(patience)).rejects.toBe(REASON);
  expect(waits.clock).toBeGreaterThan(2000);
  expect(waits.clock).toBeLessThanOrEqual(10_000);
});

test('time between waits counts against the budget', async () => {
  const { patience } = patient(10_000);
  await patience.wait(REASON);
  waits.clock += 10_000;
  await expect(patience.wait(REASON)).rejects.toBe(REASON);
});

test('a success fills the budget again and shortens the next wait', async () => {
  const { patience, waited } = patient(10_000);
  for (let attempt = 0; attempt < 6; attempt++) await patience.wait(REASON);
  waits.clock += 10_000;
  patience.restore();
  await patience.wait(REASON);
  expect(waited.at(-1)).toBeLessThanOrEqual(75);
});

test('waits at least as long as the server asks', async () => {
  const { patience, waited } = patient(10_000);
  await patience.wait(REASON, 4321);
  expect(waited).toEqual([4321]);
});

test('does not begin a wait that the budget cannot cover', async () => {
  const { patience, waited } = patient(1000);
  await expect(patience.wait(REASON, 1001)).rejects.toBe(REASON);
  expect(waited).toEqual([]);
});

test.each(['before', 'during'])('a stop %s the wait ends it with the reason', async (moment) => {
  const stop = new AbortController();
  if (moment === 'before') stop.abort();
  else waits.abortIn = () => stop.abort();
  const patience = new Patience({ budgetMs: 10_000, signal: stop.signal });
  await expect(patience.wait(REASON)).rejects.toBe(REASON);
});

function patient(budgetMs: number): { patience: Patience; waited: number[] } {
  const waited: number[] = [];
  const { signal } = new AbortController();
  return { patience: new Patience({ budgetMs, signal, onWait: (ms) => waited.push(ms) }), waited };
}

async function untilItThrows(patience: Patience): Promise<never> {
  for (;;) await patience.wait(REASON);
}
