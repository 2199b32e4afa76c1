import { describe, expect, test } from 'vitest';
import type { Continuation } from '../../src/contract.ts';
import type { ContainerFacts } from '../../src/cosmos/container.ts';
import { timeToken } from '../../src/cosmos/raw-pages.ts';
import {
  continuationOf,
  type FeedPoint,
  lagIn,
  pointOf,
  positionsIn,
  sdkToken,
} from '../../src/sources/feed-position.ts';

const FACTS = { database: 'db', container: 'items', rid: 'this' } as ContainerFacts;
const [LEFT, RIGHT] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];
const POINT: FeedPoint = { rid: 'this', etag: '"7"', since: 1000 };

test('a position in a container that had the name before is refused', () => {
  const before = continuationOf({ ...POINT, rid: 'before' });
  expect(() => pointOf(before, 'beginning', FACTS)).toThrow(expect.objectContaining({ code: 'container_recreated' }));
  expect(pointOf(continuationOf(POINT), 'now', FACTS)).toEqual(POINT);
});

describe('of what the SDK says of its position', () => {
  test('the time to begin at is kept with each range, answered or not, in the order of the key space', () => {
    const token = tokenOf([RIGHT, timeToken(995)], [LEFT, '"8"']);
    expect(positionsIn(token, POINT).map(({ range, resumeAt }) => [range, pointOf(resumeAt, 'now', FACTS)])).toEqual([
      [LEFT, { ...POINT, etag: '"8"' }],
      [RIGHT, { ...POINT, etag: '' }],
    ]);
  });

  test.each([undefined, '*'])('a range whose position is %j is asked again, for that is nowhere to go on', (etag) => {
    expect(() => positionsIn(tokenOf([LEFT, '"8"'], [RIGHT, etag]), POINT)).toThrow(
      expect.objectContaining({ code: 410 }),
    );
  });

  test('the position comes back as it was', () => {
    expect(positionsIn(sdkToken(LEFT, POINT), POINT)).toEqual([{ range: LEFT, resumeAt: continuationOf(POINT) }]);
  });
});

test.each<[string | undefined, readonly string[], number]>([
  ['0:-1#12', ['"7"'], 5],
  ['0:-1#12#3=4', ['"12"'], 0],
  ['0:-1#5', ['"7"'], 0],
  ['0:-1#12', ['"7"', '"9"'], 3],
  [undefined, ['"7"'], 0],
])('with the session at %s, positions at %j are so many commits behind: %i', (session, etags, lag) => {
  const positions = etags.map((etag) => ({
    range: LEFT,
    resumeAt: continuationOf({ ...POINT, etag }) as Continuation,
  }));
  expect(lagIn(session, positions)).toBe(lag);
});

function tokenOf(...ranges: readonly (readonly [{ min: string; max: string }, string | undefined])[]): string {
  const Continuation = ranges.map(([{ min, max }, continuationToken]) => {
    return { minInclusive: min, maxExclusive: max, continuationToken };
  });
  return JSON.stringify({ rid: 'this', Continuation });
}
