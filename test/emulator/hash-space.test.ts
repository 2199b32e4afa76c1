import { describe, expect, test } from 'vitest';
import { boundaryAt, equalBoundaries, middle } from '../../src/emulator/hash-space.ts';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';

const V1 = { paths: ['/pk'] };
const V2 = { paths: ['/pk'], version: 2 } as const;

describe('the key space', () => {
  test.each([
    [1, V2, []],
    [2, V2, ['1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF']],
    [3, V2, ['15555555555555555555555555555555', '2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']],
    [2, V1, ['05C1DFFFFFFFFC']],
    [3, V1, ['05C1D5AB55AB54', '05C1E5AB55AB54']],
    [4, V1, ['05C1CFFFFFFFF8', '05C1DFFFFFFFFC', '05C1E7FFFFFFFE']],
    [5, V1, ['05C1C9CD673398', '05C1D9CD673398', '05C1E399CD6732', '05C1E9CD673398']],
  ])('is divided in %i where the service divides it', (count, definition, inner) => {
    expect(equalBoundaries(count, definition)).toEqual(['', ...inner, 'FF']);
  });

  test.each([V1, V2])('can be halved until nothing is left between two boundaries', (definition) => {
    const boundaries = ['', 'FF'];
    for (let at: string | undefined = ''; at !== undefined; ) {
      at = middle(boundaries[0] as string, boundaries[1] as string, definition);
      if (at === undefined) break;
      expect(at > (boundaries[0] as string) && at < (boundaries[1] as string)).toBe(true);
      boundaries.splice(1, 0, at);
    }
    expect(boundaries.length).toBe(definition === V2 ? 127 : 33);
    expect(boundaries).toEqual(boundaries.toSorted());
  });

  test('of several levels is divided between first levels, and inside of one where nothing else is left', () => {
    const definition = { paths: ['/a', '/b', '/c'], kind: 'MultiHash', version: 2 } as const;
    expect(equalBoundaries(2, definition)).toEqual(['', '1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF', 'FF']);
    const [first, second] = ['0A', '0B'].map((end) => end.padStart(32, '0'));
    expect(middle('', first as string, definition)).toBe('05'.padStart(32, '0'));
    expect(middle(first as string, second as string, definition)).toBe(`${first}${'8'.padEnd(32, '0')}`);
    const epk = effectivePartitionKey(['x', 'y', 'z'], definition);
    expect(middle(first as string, epk, definition)).toMatch(/^[0-9A-F]{32}$/);
    expect(middle(epk, 'FF', definition)).toMatch(/^[0-9A-F]{32}$/);
  });

  test.each(['text', '', 5, -1.5, true, null, undefined])(
    'has a boundary at the hash of %j that a later half can be divided from',
    (value) => {
      const epk = effectivePartitionKey([value], V1);
      const boundary = boundaryAt(epk, V1);
      expect(epk.startsWith(boundary) && boundary !== epk).toBe(true);
      expect(boundary > '05C1' && boundary < '05C2').toBe(true);
      const half = middle(boundary, 'FF', V1) as string;
      expect(half > boundary && half < 'FF').toBe(true);
      expect(middle('', boundary, V1)).toMatch(/^05C1/);
      expect(boundaryAt(effectivePartitionKey([value], V2), V2)).toBe(effectivePartitionKey([value], V2));
    },
  );
});
