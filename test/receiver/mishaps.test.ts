import { expect, test } from 'vitest';
import { mishapsOf, parseRisks } from '../../src/receiver/mishaps.ts';

test('risks are statuses, drops and hangs with their shares', () => {
  expect(parseRisks('503:0.1, 429:.25,drop:0.05,hang:0')).toEqual([
    { mishap: 503, share: 0.1 },
    { mishap: 429, share: 0.25 },
    { mishap: 'drop', share: 0.05 },
    { mishap: 'hang', share: 0 },
  ]);
});

test.each(['', '503', '503:', '503:2', '200:0.1', '600:0.1', 'burn:0.1', '503:-1', '503:0.6,drop:0.6', '503:0.1,'])(
  '"%s" is refused',
  (text) => {
    expect(() => parseRisks(text)).toThrow(expect.objectContaining({ code: 'usage', hint: expect.any(String) }));
  },
);

test('each happens to its share of requests, to the same ones for the same seed', () => {
  const outcomes = (seed: number) => {
    const next = mishapsOf(parseRisks('503:0.2,drop:0.1'), seed);
    return Array.from({ length: 10_000 }, next);
  };
  const count = (mishap: unknown) => outcomes(1).filter((one) => one === mishap).length;
  expect(count(503) / 10_000).toBeCloseTo(0.2, 1);
  expect(count('drop') / 10_000).toBeCloseTo(0.1, 1);
  expect(outcomes(1)).toEqual(outcomes(1));
  expect(outcomes(1)).not.toEqual(outcomes(2));
});
