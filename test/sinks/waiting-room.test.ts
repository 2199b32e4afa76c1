import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING, type Range } from '../../src/contract.ts';
import { type BatchLimits, type Group, Operations } from '../../src/cosmos/operations.ts';
import type { Operation } from '../../src/cosmos/phrases.ts';
import type { PartitionKeyDefinition } from '../../src/protocol/partition-key.ts';
import { WaitingRoom } from '../../src/sinks/waiting-room.ts';
import { idOf, upsert } from '../support/changes.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const WAIT_MS = 1000;
const [LEFT, RIGHT]: readonly [Range, Range] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];

describe('what does not fill a batch', () => {
  test('waits for later writes, whatever range of the source they are of, and leaves with them when it is full', async () => {
    const { write, sent, ends } = opened({ itemsMax: 4 });
    write('a b', LEFT);
    await ends(0);
    expect(sent).toEqual([]);
    write('c d e', RIGHT);
    await ends(1);
    expect(sent).toEqual(['0: a b c d']);
  });

  test('leaves when its oldest document has waited for as long as it may, whenever the others came', async () => {
    const { write, sent, clock, ends } = opened();
    write('a');
    await clock.pass(WAIT_MS - 1);
    write('b');
    expect(sent).toEqual([]);
    await clock.pass(1);
    expect(sent).toEqual(['0: a b']);
    write('c');
    await clock.pass(WAIT_MS - 1);
    expect(sent).toEqual(['0: a b']);
    await clock.pass(1);
    expect(sent).toEqual(['0: a b', '0: c']);
    await ends(3);
  });

  test('leaves before what would be too many bytes', async () => {
    const { write, sent, clock } = opened({ bytes: 300 });
    write('a');
    write('b');
    write('c');
    await clock.pass(0);
    expect(sent).toEqual(['0: a b']);
    await clock.pass(WAIT_MS);
    expect(sent).toEqual(['0: a b', '0: c']);
  });

  test('waits only for what goes to the same range of the target', async () => {
    const { write, sent, clock } = opened({ itemsMax: 2, route: (id) => (id < 'm' ? '0' : '1') });
    write('a z');
    write('b');
    await clock.pass(0);
    expect(sent).toEqual(['0: a b']);
    await clock.pass(WAIT_MS);
    expect(sent).toEqual(['0: a b', '1: z']);
  });

  test('waits only for its own partition key where a batch has one', async () => {
    const { write, sent, clock } = opened({ itemsMax: 2, byKey: true });
    write('a');
    write('b');
    await clock.pass(0);
    expect(sent).toEqual([]);
    await clock.pass(WAIT_MS);
    expect(sent).toEqual(['0: a', '0: b']);
  });
});

describe('as long as somebody waits', () => {
  test('for a range, nothing of it waits, and what came with it goes along', async () => {
    const { room, write, sent, clock } = opened();
    const over = Promise.withResolvers<void>();
    write('a', LEFT);
    write('b', RIGHT);
    room.hurry(over.promise, LEFT);
    expect(sent).toEqual(['0: a b']);
    write('c', RIGHT);
    await clock.pass(0);
    expect(sent).toHaveLength(1);
    write('d', LEFT);
    expect(sent).toEqual(['0: a b', '0: c d']);
    over.resolve();
    await clock.pass(0);
    write('e', LEFT);
    await clock.pass(WAIT_MS - 1);
    expect(sent).toHaveLength(2);
  });

  test('for all of them, nothing waits, until the last has what it waits for', async () => {
    const { room, write, sent, clock } = opened();
    const [one, other] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    room.hurry(one.promise);
    room.hurry(other.promise);
    one.reject(new Error('what is waited for may fail'));
    await clock.pass(0);
    write('a', RIGHT);
    expect(sent).toEqual(['0: a']);
    other.resolve();
    await clock.pass(0);
    write('b', RIGHT);
    expect(sent).toHaveLength(1);
  });
});

test('a write is told of its own failures alone, and is over when all of its batches are', async () => {
  const { write, clock, answer, ends } = opened({ itemsMax: 3, fails: ['b', 'd'] });
  const [first, second] = [write('a b'), write('c d')];
  await clock.pass(0);
  answer(0);
  expect((await first).map(nameOf)).toEqual(['b']);
  await ends(1);
  await clock.pass(WAIT_MS);
  answer(1);
  expect((await second).map(nameOf)).toEqual(['d']);
});

test('when a batch cannot be sent at all, every write that is in it fails, once nothing of it is under way', async () => {
  const outage = new Error('an outage');
  const { write, clock, answer, ends } = opened({ itemsMax: 3, fails: [] });
  const [first, second] = [write('a b'), write('c d')];
  await clock.pass(WAIT_MS);
  answer(0, outage);
  await expect(first).rejects.toBe(outage);
  await ends(1);
  answer(1);
  await expect(second).rejects.toBe(outage);
});

test('when one batch of a write cannot be sent, the write fails only once its other batch is over', async () => {
  const outage = new Error('an outage');
  const { room, write, clock, answer } = opened({ itemsMax: 2, fails: [] });
  write('a').catch(() => {});
  let isOver = false;
  const through = room.through(groupOf('b', 'c'), EVERYTHING).finally(() => {
    isOver = true;
  });
  through.catch(() => {});
  await clock.pass(WAIT_MS);
  answer(0, outage);
  await clock.pass(0);
  expect(isOver).toBe(false);
  answer(1);
  await expect(through).rejects.toBe(outage);
});

test('a batch that has left is not sent again by a timer that is late', async () => {
  const timers: (() => void)[] = [];
  const signals: (AbortSignal | undefined)[] = [];
  const wait = (_ms: number, signal?: AbortSignal): Promise<void> => {
    signals.push(signal);
    return new Promise((resolve) => void timers.push(resolve));
  };
  const sent: number[] = [];
  const room = new WaitingRoom<Failed>({
    waitMaxMs: WAIT_MS,
    clock: { now: () => 0, wait },
    send: async (_, { length }) => {
      sent.push(length);
      return [];
    },
  });
  await room.through(groupOf('a', 'b'), EVERYTHING);
  // Or the process would go on for as long as it waits.
  expect(signals[0]?.aborted).toBe(true);
  const through = room.through(groupOf('c'), EVERYTHING);
  timers[0]?.();
  await new Promise(setImmediate);
  expect(sent).toEqual([2]);
  timers[1]?.();
  await through;
  expect(sent).toEqual([2, 1]);
});

interface Options extends Partial<Pick<BatchLimits, 'byKey'>> {
  readonly itemsMax?: number;
  readonly bytes?: number;
  /** Documents that are refused; answers then come when the test says so. */
  readonly fails?: readonly string[];
  readonly route?: (id: string) => string;
}

interface Failed {
  readonly operation: Operation;
}

function opened({ itemsMax = 100, bytes = 1e5, byKey = false, fails, route = () => '0' }: Options = {}) {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const room = new WaitingRoom<Failed>({
    waitMaxMs: WAIT_MS,
    clock,
    async send(rangeId, batch) {
      sent.push(`${rangeId}: ${batch.map(({ change }) => idOf(change)).join(' ')}`);
      const answered = Promise.withResolvers<void>();
      answers.push(answered);
      if (!fails) answered.resolve();
      await answered.promise;
      return batch.filter(({ change }) => fails?.includes(idOf(change))).map((operation) => ({ operation }));
    },
  });
  let over = 0;
  return { room, clock, sent, write, answer, ends };

  /** Documents with these ids, in one write. */
  async function write(ids: string, range: Range = EVERYTHING): Promise<readonly Failed[]> {
    const changes: Change[] = ids.split(' ').map((id) => upsert(id));
    const limits = { itemsMax: () => itemsMax, bytesMax: () => bytes, byKey };
    const groups = changes.flatMap((change) => {
      const id = route(idOf(change));
      return new Operations(BY_PK).group([change], { byKey: () => id, byStart: () => id }, limits);
    });
    const written = groups.map((group) => room.through(group, range));
    await Promise.allSettled(written);
    over++;
    return (await Promise.all(written)).flat();
  }

  function answer(index: number, error?: Error): void {
    if (error) answers[index]?.reject(error);
    else answers[index]?.resolve();
  }

  /** Checks how many writes are over. */
  async function ends(count: number): Promise<void> {
    await new Promise(setImmediate);
    expect(over).toBe(count);
  }
}

/** Two at a time. */
function groupOf(...ids: readonly string[]): Group {
  const limits = { itemsMax: () => 2, bytesMax: () => 1e5, byKey: false };
  const changes = ids.map((id) => upsert(id));
  return new Operations(BY_PK).group(changes, { byKey: () => '0', byStart: () => '0' }, limits)[0] as Group;
}

function nameOf({ operation }: Failed): string {
  return idOf(operation.change);
}

const BY_PK: PartitionKeyDefinition = { paths: ['/pk'], version: 2 };
