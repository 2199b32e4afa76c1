import { describe, expect, test } from 'vitest';
import { Gates, type GatesOptions } from '../../src/sinks/gates.ts';
import { randomFrom } from '../support/random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const LATENCY_MS = 10;

interface Rig {
  readonly clock: VirtualClock;
  readonly gates: Gates;
  /** Operations that were taken, by range. */
  readonly taken: Map<string, number>;
  /** Batches under way, by range, and the most there were. */
  readonly peak: Map<string, number>;
  /** What becomes of an operation: how long it is to stay away, or that it was taken. */
  fate: (range: string) => number | undefined;
  /** How long a batch takes when so many are under way. */
  latencyMs: (active: number) => number;
  /** Writes to a range for ever, so many batches at once; what is refused is sent again, but not too early. */
  write(range: string, batches: number): void;
}

function rig(options: Partial<GatesOptions> = {}): Rig {
  const clock = new VirtualClock();
  const gates = new Gates({ concurrency: 64, itemsMax: 100, adaptsSize: true, heedsLatency: true, ...options, clock });
  const active = new Map<string, number>();
  const self: Rig = {
    clock,
    gates,
    taken: new Map(),
    peak: new Map(),
    fate: () => undefined,
    latencyMs: () => LATENCY_MS,
    write(range, batches) {
      const add = (map: Map<string, number>, count: number): number => {
        map.set(range, (map.get(range) ?? 0) + count);
        return map.get(range) as number;
      };
      const send = async (items: number): Promise<number[]> => {
        const now = add(active, 1);
        self.peak.set(range, Math.max(now, self.peak.get(range) ?? 0));
        await clock.wait(self.latencyMs(now));
        add(active, -1);
        const fates = Array.from({ length: items }, () => self.fate(range));
        const waits = fates.filter((fate) => fate !== undefined);
        add(self.taken, items - waits.length);
        return waits;
      };
      const lane = async (): Promise<void> => {
        for (let left = 0; ; ) {
          const items = left || gates.itemsMax(range);
          const waits = await gates.through(range, async () => {
            const result = await send(items);
            return { result, throttledForMs: result.length === 0 ? undefined : Math.max(...result) };
          });
          left = waits.length;
          if (left > 0) await clock.wait(Math.max(...waits));
        }
      };
      for (let batch = 0; batch < batches; batch++) void lane();
    },
  };
  return self;
}

test('after a storm of refusals the rate is back at 90 % within 10 s', async () => {
  const all = rig();
  const random = randomFrom(7);
  all.write('0', 64);
  await all.clock.pass(5000);
  const before = countOf(all) / 5;
  all.fate = () => (random.chance(0.9) ? 1 + random.integer(1500) : undefined);
  await all.clock.pass(20_000);
  all.fate = () => undefined;
  await all.clock.pass(9000);
  const recovered = countOf(all);
  await all.clock.pass(1000);
  expect(countOf(all) - recovered).toBeGreaterThan(before * 0.9);
});

test('nothing is sent to a range before the time is over that it was told to wait', async () => {
  const all = rig();
  all.write('0', 64);
  await all.clock.pass(100);
  all.fate = () => 700;
  await all.clock.pass(2 * LATENCY_MS);
  all.fate = () => undefined;
  const before = countOf(all);
  await all.clock.pass(700 - 2 * LATENCY_MS);
  expect(countOf(all)).toBe(before);
  await all.clock.pass(200);
  expect(countOf(all)).toBeGreaterThan(before);
});

test('a range that is throttled does not hold up the others', async () => {
  const all = rig({ concurrency: 8 });
  all.write('throttled', 8);
  all.write('other', 8);
  all.fate = (range) => (range === 'throttled' ? 1000 : undefined);
  await all.clock.pass(1000);
  const before = countOf(all, 'other');
  await all.clock.pass(1000);
  expect(countOf(all, 'other') - before).toBeGreaterThan(0.9 * 8 * 100 * (1000 / LATENCY_MS));
});

test('a range that takes so much a second gets nearly that, and few refusals', async () => {
  const all = rig({ concurrency: 16 });
  const [perSecond, sent] = [5000, { all: 0, refused: 0 }];
  let [second, spent] = [0, 0];
  all.fate = () => {
    const now = Math.floor(all.clock.now() / 1000);
    if (now !== second) [second, spent] = [now, 0];
    sent.all++;
    if (spent++ < perSecond) return undefined;
    sent.refused++;
    return 1000 - (all.clock.now() % 1000);
  };
  all.write('0', 16);
  await all.clock.pass(10_000);
  const before = countOf(all);
  await all.clock.pass(20_000);
  expect((countOf(all) - before) / 20).toBeGreaterThan(perSecond * 0.9);
  expect(sent.refused / sent.all).toBeLessThan(0.3);
});

test('no more batches than allowed are under way, to all ranges and to one', async () => {
  const all = rig({ concurrency: 6, inFlightMax: 4 });
  all.write('0', 10);
  await all.clock.pass(100);
  expect(all.peak.get('0')).toBe(4);
});

test.each([
  [true, 1],
  [false, 100],
])('batches become smaller when one at a time is too much, if they adapt: %s', async (adaptsSize, items) => {
  const all = rig({ adaptsSize });
  all.fate = () => 100;
  all.write('0', 4);
  await all.clock.pass(10_000);
  expect(all.gates.itemsMax('0')).toBe(items);
});

test('a range whose answers take ever longer gets fewer batches at once', async () => {
  const all = rig({ concurrency: 32 });
  all.latencyMs = (active) => (active > 8 ? 400 : LATENCY_MS);
  all.write('0', 32);
  await all.clock.pass(60_000);
  all.peak.clear();
  await all.clock.pass(5000);
  expect(all.peak.get('0')).toBeLessThan(12);
});

describe('a batch that waits for its turn', () => {
  /** Batches of one range, one at a time, each of which is told to wait for so long, or is taken. */
  const sent = (
    waits: readonly (number | undefined)[],
    options: Partial<GatesOptions> = {},
    latencies: number[] = [],
  ) => {
    const clock = new VirtualClock();
    const gates = new Gates({
      concurrency: 1,
      itemsMax: 100,
      adaptsSize: true,
      heedsLatency: false,
      ...options,
      clock,
    });
    const at: number[] = [];
    const over = waits.map((throttledForMs) =>
      gates.through('0', async () => {
        at.push(clock.now());
        await clock.wait(latencies[at.length - 1] ?? LATENCY_MS);
        return { result: undefined, throttledForMs };
      }),
    );
    return { clock, at, over };
  };

  test('is sent when the one before it is over, though no other comes', async () => {
    const { clock, at, over } = sent([undefined, undefined, undefined]);
    await clock.pass(1000);
    expect(at).toEqual([0, LATENCY_MS, 2 * LATENCY_MS]);
    await Promise.all(over);
  });

  test('is sent when each pause is over, though no other comes', async () => {
    const { clock, at } = sent([700, 300, undefined]);
    await clock.pass(2000);
    expect(at).toEqual([0, 700 + LATENCY_MS, 1000 + 2 * LATENCY_MS]);
  });

  test('is sent although the answer before it was slow, and no fewer than one could be under way', async () => {
    const { clock, at } = sent([undefined, undefined, undefined], { heedsLatency: true }, [1, 1000, 1]);
    await clock.pass(5000);
    expect(at).toEqual([0, 1, 1001]);
  });

  test('is held up by what others were told no longer than 5 s', async () => {
    const { clock, at } = sent([60_000, undefined]);
    await clock.pass(10_000);
    expect(at).toEqual([0, 5000 + LATENCY_MS]);
  });

  test('waits for the longest of the pauses that a range asks for', async () => {
    const { clock, at } = sent([700, 100, undefined], { concurrency: 2 });
    await clock.pass(2000);
    expect(at).toEqual([0, 0, 700 + LATENCY_MS]);
  });

  test('comes to a range that is half as wide, however many were too much for it at once', async () => {
    const { clock, at } = sent(
      [...Array.from({ length: 8 }, () => 100), ...Array.from({ length: 8 }, () => undefined)],
      {
        concurrency: 8,
      },
    );
    await clock.pass(1000);
    expect(at.filter((time) => time === 100 + LATENCY_MS)).toHaveLength(4);
  });
});

function countOf({ taken }: Rig, range = '0'): number {
  return taken.get(range) ?? 0;
}
