import { expect, test } from 'vitest';
import { Tally } from '../../src/support/tally.ts';

const [LEFT, RIGHT] = [{ min: '' }, { min: '80' }];

test('sums up what was read and how far behind the ranges are', () => {
  const tally = new Tally();
  tally.page(LEFT, 10, 90);
  tally.page(RIGHT, 5, 20);
  tally.page(LEFT, 10, 80);
  expect(tally).toMatchObject({ read: 25, lag: 100 });
});

test('is caught up when every range has come to its end and all of it is written', () => {
  const tally = new Tally();
  expect(tally.caughtUp).toBe(false);
  tally.page(LEFT, 10, 0);
  tally.page(RIGHT, 0, 0);
  expect(tally.caughtUp).toBe(false);
  tally.page(LEFT, 0, 0);
  expect(tally.caughtUp).toBe(false);
  tally.written = 10;
  expect(tally.caughtUp).toBe(true);
  tally.page(RIGHT, 1, 0);
  expect(tally.caughtUp).toBe(false);
});

test('a source that cannot tell its lag counts as not behind', () => {
  const tally = new Tally();
  tally.page(LEFT, 10, 50);
  tally.page(LEFT, 10, undefined);
  expect(tally.lag).toBe(0);
});
