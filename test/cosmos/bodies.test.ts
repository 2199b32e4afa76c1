import { expect, test } from 'vitest';
import { Bodies } from '../../src/cosmos/bodies.ts';

test('a buffer that was given back is taken again, and none that was not', () => {
  const bodies = new Bodies();
  const [first, second] = [bodies.take(10), bodies.take(10)];
  expect(second).not.toBe(first);
  bodies.giveBack(first);
  expect(bodies.take(1000)).toBe(first);
  expect(bodies.take(1000)).not.toBe(second);
});

test.each([1, 220_203, 256 * 1024, 256 * 1024 + 1, 3_000_000])('there is room for %i bytes', (bytes) => {
  const bodies = new Bodies();
  const body = bodies.take(bytes);
  bodies.giveBack(body);
  expect(body.length).toBeGreaterThanOrEqual(bytes);
  expect(bodies.take(bytes).length).toBeGreaterThanOrEqual(bytes);
});
