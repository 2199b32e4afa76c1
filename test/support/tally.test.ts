import { expect, test, vi } from 'vitest';
import { Tally } from '../../src/support/tally.ts';

const [LEFT, RIGHT] = [{ min: '' }, { min: '80' }];

test('sums up what was read and how far behind the ranges are', () => {
  const tally = new Tally();
  tally.page(LEFT, 10, 90, false);
  tally.page(RIGHT, 5, 20, false);
  tally.page(LEFT, 10, 80, false);
  expect(tally).toMatchObject({ read: 25, lag: 100 });
});

test('says that all is caught up when every range has come to its end and what was read is written', () => {
  const { tally, told } = watched();
  tally.opened(LEFT);
  tally.opened(RIGHT);
  tally.page(LEFT, 10, 0, false);
  tally.page(RIGHT, 0, 0, true);
  tally.page(LEFT, 0, 0, true);
  expect(told).not.toHaveBeenCalled();
  tally.wrote(10);
  expect(told).toHaveBeenCalledTimes(1);
});

test('what was filtered, set aside or left as it was is not waited for, and is not written', () => {
  const { tally, told } = watched();
  tally.page(LEFT, 10, 0, false);
  tally.page(LEFT, 0, 0, true);
  tally.dropped(3);
  expect(told).not.toHaveBeenCalled();
  tally.refused(2);
  tally.passed(1);
  tally.wrote(5);
  expect(told).toHaveBeenCalledTimes(1);
  expect(tally).toMatchObject({ read: 10, filtered: 3, setAside: 2, unchanged: 1, written: 4, settled: 10 });
});

test('a range that nobody has read a page of yet is not caught up', () => {
  const { tally, told } = watched();
  tally.opened(LEFT);
  tally.opened(RIGHT);
  tally.page(LEFT, 0, 0, true);
  expect(told).not.toHaveBeenCalled();
});

test('a range that goes on after its end has to catch up again', () => {
  const { tally, told } = watched();
  tally.page(LEFT, 0, 0, true);
  tally.page(LEFT, 5, 3, false);
  tally.wrote(5);
  expect(told).toHaveBeenCalledTimes(1);
  tally.page(LEFT, 0, 0, true);
  expect(told).toHaveBeenCalledTimes(2);
});

function watched(): { tally: Tally; told: ReturnType<typeof vi.fn> } {
  const tally = new Tally();
  const told = vi.fn<() => void>();
  tally.onCaughtUp = told;
  return { tally, told };
}
