import { expect, test } from 'vitest';
import { Budget, type Expense } from '../../src/cosmos/budget.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** What a service has let in: it gives each range so much in each second of its own, and refuses what is over. */
class Service {
  charged = 0;
  requests = 0;
  throttled = 0;
  readonly #seconds = new Map<string, number>();
  readonly #clock: VirtualClock;
  readonly #limit: number;

  constructor(clock: VirtualClock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** What it costs in the end; nothing when it is refused. */
  async serve(range: string, charge: number, latencyMs: number): Promise<number> {
    await this.#clock.wait(latencyMs);
    const second = `${range} ${Math.floor((this.#clock.now() + OFFSET_MS) / 1000)}`;
    const spent = this.#seconds.get(second) ?? 0;
    this.requests++;
    if (spent >= this.#limit) {
      this.throttled++;
      return 0;
    }
    this.#seconds.set(second, spent + charge);
    this.charged += charge;
    return charge;
  }
}

/** The seconds of the service begin at other times than ours. */
const OFFSET_MS = 437;

/** As many requests as the budget lets out, of as many bytes as it says, by many at once. */
function writers(budget: Budget, service: Service, clock: VirtualClock, random: Random): void {
  const write = async (range: string): Promise<void> => {
    for (;;) {
      const size = Math.min(100_000, budget.sizeMax('write'));
      const settle = await budget.admit({ range, kind: 'write', size });
      // From half of what was to be expected to twice as much.
      const charge = await service.serve(
        range,
        size * 0.8 * (0.5 + random.fraction() * 1.5),
        2 + random.fraction() * 20,
      );
      settle(charge, charge === 0 ? 0 : undefined);
      await clock.wait(random.fraction());
    }
  };
  for (let writer = 0; writer < 16; writer++) void write(String(writer % 2));
}

test.each([400, 1000, 4000])(
  'of %i request units a second 20 s are spent within a twentieth, and a hundredth at most is refused',
  async (units) => {
    for (const seed of [1, 2, 3]) {
      const clock = new VirtualClock();
      const budget = new Budget({ unitsPerSecond: units, rangeUnitsPerSecond: units / 2, clock });
      const service = new Service(clock, units / 2);
      writers(budget, service, clock, randomFrom(seed));
      await clock.pass(2000);
      const before = service.charged;
      await clock.pass(20_000);
      expect((service.charged - before) / 20 / units).toBeGreaterThan(0.95);
      expect((service.charged - before) / 20 / units).toBeLessThan(1.05);
      expect(service.throttled / service.requests).toBeLessThan(0.01);
    }
  },
);

test('a range that has spent its share does not hold up another', async () => {
  const clock = new VirtualClock();
  const budget = new Budget({ unitsPerSecond: 1000, rangeUnitsPerSecond: 100, clock });
  const admitted = { one: 0, other: 0 };
  const send = async (range: 'one' | 'other', pauseMs: number): Promise<void> => {
    for (;;) {
      const settle = await budget.admit({ range, kind: 'other', size: 1 });
      settle(5);
      admitted[range]++;
      await clock.wait(pauseMs);
    }
  };
  for (let sender = 0; sender < 50; sender++) void send('one', 0);
  void send('other', 100);
  await clock.pass(10_000);
  expect(admitted.other).toBeGreaterThan(90);
  expect(admitted.one).toBeLessThan(210);
});

test('what costs more than a second may spend goes alone, and is made up for', async () => {
  const clock = new VirtualClock();
  const budget = new Budget({ unitsPerSecond: 10, clock });
  let charged = 0;
  const send = async (): Promise<void> => {
    for (;;) {
      const settle = await budget.admit(OTHER);
      settle(50);
      charged += 50;
    }
  };
  void send();
  await clock.pass(60_000);
  expect(charged).toBeGreaterThan(500);
  expect(charged).toBeLessThanOrEqual(650);
});

test('pages become smaller when they cost more than a slice of the budget', async () => {
  const clock = new VirtualClock();
  const budget = new Budget({ unitsPerSecond: 400, clock });
  const admitted = budget.admit({ range: '0', kind: 'read', size: 1000 });
  await clock.pass(10_000);
  (await admitted)(500, 1000);
  expect(budget.sizeMax('read')).toBe(40);
});

test('whoever comes when it is all over is not let out, even if there is plenty', async () => {
  const budget = new Budget({ unitsPerSecond: 1000, clock: new VirtualClock() });
  await expect(budget.admit(OTHER, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

test('whoever waits is told when it is all over', async () => {
  const clock = new VirtualClock();
  const budget = new Budget({ unitsPerSecond: 10, clock });
  const stop = new AbortController();
  (await budget.admit(OTHER))(5);
  const waiting = budget.admit(OTHER, stop.signal).catch((error: unknown) => error);
  await clock.pass(1);
  stop.abort(new Error('enough'));
  expect(await waiting).toEqual(new Error('enough'));
});

const OTHER: Expense = { range: '0', kind: 'other', size: 1 };
