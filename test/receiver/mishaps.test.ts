import { expect, test } from 'vitest';
import { assertShares, mishapsOf, parseRisk } from '../../src/receiver/mishaps.ts';

test.each([
  ['503:0.1', 503, 0.1],
  ['429:.25', 429, 0.25],
  ['drop:0.05', 'drop', 0.05],
  ['hang:0', 'hang', 0],
])('"%s" is a risk', (text, mishap, share) => {
  expect(parseRisk(text)).toEqual({ mishap, share });
});

test.each(['', '503', '503:', '503:2', '200:0.1', '600:0.1', 'burn:0.1', '503:-1'])('"%s" is refused', (text) => {
  expect(() => parseRisk(text)).toThrow(expect.objectContaining({ code: 'usage', hint: expect.any(String) }));
});

test('all of what comes may fail, but no more', () => {
  assertShares(Array.from({ length: 10 }, () => parseRisk('503:0.1')));
  expect(() => assertShares([parseRisk('503:0.6'), parseRisk('drop:0.6')])).toThrow(/1\.2 together/);
});

test('each happens to its share of requests, to the same ones for the same seed', () => {
  const outcomes = (seed: number) => {
    const next = mishapsOf([parseRisk('503:0.2'), parseRisk('drop:0.1')], seed);
    return Array.from({ length: 10_000 }, next);
  };
  const count = (mishap: unknown) => outcomes(1).filter((one) => one === mishap).length;
  expect(count(503) / 10_000).toBeCloseTo(0.2, 1);
  expect(count('drop') / 10_000).toBeCloseTo(0.1, 1);
  expect(outcomes(1)).toEqual(outcomes(1));
  expect(outcomes(1)).not.toEqual(outcomes(2));
});
