import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { containerOf } from '../../src/cosmos/container.ts';
import { Routing, readRanges } from '../../src/cosmos/routing.ts';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { useContainer } from '../support/container.ts';
import { randomFrom } from '../support/random.ts';

const CHILDREN = [
  { id: '2', minInclusive: '40', maxExclusive: 'FF', parents: ['0'] },
  { id: '1', minInclusive: '', maxExclusive: '40', parents: ['0'] },
];
const PARENT = { id: '0', minInclusive: '', maxExclusive: 'FF', parents: [] };

test('ranges come in the order of the key space, without parents that are still listed', async () => {
  expect(await readRanges(answering([PARENT, ...CHILDREN]))).toEqual([
    { id: '1', min: '', max: '40' },
    { id: '2', min: '40', max: 'FF' },
  ]);
});

describe('a key is in the range', () => {
  test.each([
    ['', '1'],
    ['00', '1'],
    ['3FFFFFFF', '1'],
    ['40', '2'],
    ['4000', '2'],
    ['FEFF', '2'],
  ])('that "%s" lies in', async (epk, id) => {
    expect((await new Routing(answering(CHILDREN)).table()).byKey(epk)).toBe(id);
  });

  test('that the service puts it in', async () => {
    const { connection, facts } = await useContainer({ ranges: 7 });
    const container = containerOf(connection.client, facts);
    const [route, ranges] = [await new Routing(container).table(), await readRanges(container)];
    expect(ranges).toHaveLength(7);
    for (let index = 0; index < 200; index++) {
      const epk = effectivePartitionKey([`key-${index}`], facts.partitionKey);
      expect(ranges.filter(({ min, max }) => min <= epk && epk < max).map(({ id }) => id)).toEqual([route.byKey(epk)]);
    }
  });
});

test('the first 32 bits of a key tell its range, but where a bound begins with them and goes on', async () => {
  const random = randomFrom(20261120);
  const hex = (digits: number): string =>
    Array.from({ length: digits }, () => '0123456789ABCDEF'[random.integer(16)]).join('');
  // Few beginnings, so that keys and bounds often share one.
  const beginnings = Array.from({ length: 40 }, () => `${random.integer(4)}${hex(7)}`);
  for (let round = 0; round < 200; round++) {
    const inner = Array.from({ length: random.integer(6) }, () => random.pick(beginnings) + hex(random.pick([0, 24])));
    const bounds = ['', ...new Set(inner.toSorted()), 'FF'];
    const ranges = bounds.slice(1).map((max, id) => ({ id: `${id}`, minInclusive: bounds[id], maxExclusive: max }));
    const route = await new Routing(answering(ranges)).table();
    for (const beginning of beginnings) {
      const found = route.byStart(Number.parseInt(beginning, 16));
      const goesOn = bounds.some((bound) => bound.length > 8 && bound.startsWith(beginning));
      expect(found === undefined, beginning).toBe(goesOn);
      for (const rest of ['0'.repeat(24), hex(24), 'F'.repeat(24)]) {
        if (found !== undefined) expect(route.byKey(beginning + rest)).toBe(found);
      }
    }
  }
});

test('a hole in the ranges breaks an invariant, rather than sending a document anywhere', async () => {
  const route = await new Routing(answering([{ ...PARENT, id: '1', minInclusive: '40' }])).table();
  expect(() => route.byKey('30')).toThrow(/broken invariant/);
  expect(route.byStart(0x30000000)).toBeUndefined();
  const short = await new Routing(answering([{ ...PARENT, id: '1', maxExclusive: '40' }])).table();
  expect(() => short.byKey('40')).toThrow(/broken invariant/);
  expect(short.byStart(0x40000000)).toBeUndefined();
});

test('ranges are read once, and again when one has gone or the reading failed', async () => {
  let reads = 0;
  const routing = new Routing(
    answering(CHILDREN, () => {
      if (++reads === 2) throw new Error('no answer');
    }),
  );
  await Promise.all([routing.table(), routing.table()]);
  await routing.table();
  expect(reads).toBe(1);
  routing.forget();
  await expect(routing.table()).rejects.toThrow('no answer');
  await routing.table();
  expect(reads).toBe(3);
});

function answering(resources: readonly object[], onRead: () => void = () => {}): Container {
  const fetchAll = async (): Promise<{ resources: readonly object[] }> => {
    onRead();
    return { resources };
  };
  return { readPartitionKeyRanges: () => ({ fetchAll }) } as unknown as Container;
}
