import { describe, expect, test } from 'vitest';
import { Buffers } from '../../src/support/buffers.ts';

const LARGE = 100_000;

describe('a large buffer', () => {
  test('is used again once it is given back, by any view of it, and no earlier', () => {
    const buffers = new Buffers();
    const [first, second] = [buffers.take(LARGE), buffers.take(LARGE)];
    expect(second.buffer).not.toBe(first.buffer);
    buffers.giveBack(first.subarray(10, 20));
    expect(buffers.take(LARGE + 1).buffer).toBe(first.buffer);
    expect(buffers.take(LARGE).buffer).not.toBe(second.buffer);
  });

  test('that is given back twice is lent once', () => {
    const buffers = new Buffers();
    const first = buffers.take(LARGE);
    buffers.giveBack(first);
    buffers.giveBack(first);
    expect(buffers.take(LARGE).buffer).not.toBe(buffers.take(LARGE).buffer);
  });

  test('of somebody else is not taken', () => {
    const buffers = new Buffers();
    const foreign = Buffer.alloc(131_072);
    buffers.giveBack(foreign);
    expect(buffers.take(131_072).buffer).not.toBe(foreign.buffer);
  });

  test('that would be more than is kept is let go', () => {
    const buffers = new Buffers(2 ** 17);
    const [first, second] = [buffers.take(LARGE), buffers.take(LARGE)];
    buffers.giveBack(first);
    buffers.giveBack(second);
    expect(buffers.take(LARGE).buffer).toBe(first.buffer);
    expect(buffers.take(LARGE).buffer).not.toBe(second.buffer);
  });
});

test.each([0, 1, 65_535, 65_536, 65_537, 220_203, 4_194_304, 33_554_432])('there is room for %i bytes', (bytes) => {
  const buffers = new Buffers();
  const first = buffers.take(bytes);
  expect(first.length).toBeGreaterThanOrEqual(bytes);
  buffers.giveBack(first);
  expect(buffers.take(bytes).length).toBeGreaterThanOrEqual(bytes);
});

test("small ones are nobody else's", () => {
  const buffers = new Buffers();
  const first = buffers.take(1000);
  buffers.giveBack(first);
  expect(buffers.take(1000).buffer).not.toBe(first.buffer);
});
