import { describe, expect, test } from 'vitest';
import { Ledger } from '../../src/pipeline/ledger.ts';
import { settle } from './rig.ts';

const OUTAGE = new Error('an outage');

test('commits in the order of entry, each after its own write and all before it', async () => {
  const { ledger, enter, committed } = opened(9);
  const writes = [enter('a'), enter('b'), enter('c')];
  writes[1]?.resolve();
  await settle();
  expect(committed).toEqual([]);
  writes[0]?.resolve();
  await settle();
  expect(committed).toEqual(['a', 'b']);
  writes[2]?.resolve();
  await ledger.settled();
  expect(committed).toEqual(['a', 'b', 'c']);
});

describe('there is room for another page', () => {
  test.each([1, 2, 5])('while fewer than %i are uncommitted', async (window) => {
    const { enter, rooms } = opened(window);
    const writes = Array.from({ length: window }, (_, index) => enter(String(index)));
    await settle();
    expect(rooms.map((room) => room())).toEqual(writes.map((_, index) => index < window - 1));
    writes[0]?.resolve();
    await settle();
    expect(rooms.at(-1)?.()).toBe(true);
  });

  test('after a failure too, so that its caller can go on to its end', async () => {
    const { ledger, enter, rooms } = opened(1);
    enter('a').reject(OUTAGE);
    await settle();
    expect(rooms[0]?.()).toBe(true);
    await expect(ledger.settled()).rejects.toBe(OUTAGE);
  });
});

test('who has to wait for room is told for what, and nobody who need not wait', async () => {
  const told: Promise<void>[] = [];
  const { enter } = opened(2, (oldest) => told.push(oldest));
  enter('a').resolve();
  await settle();
  const second = enter('b');
  await settle();
  expect(told).toEqual([]);
  enter('c');
  expect(told).toHaveLength(1);
  second.resolve();
  await expect(told[0]).resolves.toBeUndefined();
});

describe('a failure', () => {
  test('keeps its page and all later ones from being committed', async () => {
    const { ledger, enter, committed } = opened(9);
    const [first, second, third] = [enter('a'), enter('b'), enter('c')];
    third.resolve();
    second.reject(OUTAGE);
    first.resolve();
    await expect(ledger.settled()).rejects.toBe(OUTAGE);
    expect(committed).toEqual(['a']);
  });

  test('is told at the end, when no write is under way any more', async () => {
    const { ledger, enter } = opened(9);
    const [first, second] = [enter('a'), enter('b')];
    let ended = false;
    const settled = ledger.settled().finally(() => {
      ended = true;
    });
    settled.catch(() => {});
    first.reject(OUTAGE);
    await settle();
    expect(ended).toBe(false);
    second.resolve();
    await expect(settled).rejects.toBe(OUTAGE);
  });

  test('is signalled as soon as its page cannot be committed any more', async () => {
    const { ledger, enter } = opened(9);
    const [first] = [enter('a'), enter('b')];
    expect(ledger.failed.aborted).toBe(false);
    first.reject(OUTAGE);
    await settle();
    expect(ledger.failed).toMatchObject({ aborted: true, reason: OUTAGE });
  });

  test('of a commit is one like any other', async () => {
    const ledger = new Ledger(9);
    await ledger.enter(Promise.resolve(), () => {
      throw OUTAGE;
    });
    await expect(ledger.settled()).rejects.toBe(OUTAGE);
  });
});

test('a ledger without pages is settled', async () => {
  await expect(new Ledger(1).settled()).resolves.toBeUndefined();
});

interface Opened {
  readonly ledger: Ledger;
  /** Enters a page; the write ends when the test says so. */
  readonly enter: (name: string) => PromiseWithResolvers<void>;
  readonly committed: readonly string[];
  /** Whether `enter` has resolved, per page. */
  readonly rooms: readonly (() => boolean)[];
}

function opened(window: number, onFull?: (oldest: Promise<void>) => void): Opened {
  const ledger = new Ledger(window, onFull);
  const committed: string[] = [];
  const rooms: (() => boolean)[] = [];
  const enter = (name: string): PromiseWithResolvers<void> => {
    const write = Promise.withResolvers<void>();
    let hasRoom = false;
    rooms.push(() => hasRoom);
    void ledger
      .enter(write.promise, () => committed.push(name))
      .then(() => {
        hasRoom = true;
      });
    return write;
  };
  return { ledger, enter, committed, rooms };
}
