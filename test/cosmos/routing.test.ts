import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { containerOf } from '../../src/cosmos/container.ts';
import { Routing, readRanges } from '../../src/cosmos/routing.ts';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { useContainer } from '../support/container.ts';

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
    expect((await new Routing(answering(CHILDREN)).table())(epk)).toBe(id);
  });

  test('that the service puts it in', async () => {
    const { connection, facts } = await useContainer({ ranges: 7 });
    const container = containerOf(connection.client, facts);
    const [route, ranges] = [await new Routing(container).table(), await readRanges(container)];
    expect(ranges).toHaveLength(7);
    for (let index = 0; index < 200; index++) {
      const epk = effectivePartitionKey([`key-${index}`], facts.partitionKey);
      expect(ranges.filter(({ min, max }) => min <= epk && epk < max).map(({ id }) => id)).toEqual([route(epk)]);
    }
  });
});

test('a hole in the ranges breaks an invariant, rather than sending a document anywhere', async () => {
  const route = await new Routing(answering([{ ...PARENT, id: '1', minInclusive: '40' }])).table();
  expect(() => route('30')).toThrow(/broken invariant/);
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
