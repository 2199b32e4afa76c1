import { expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { EVERYTHING, type Range } from '../../src/contract.ts';
import { run } from '../../src/pipeline/run.ts';
import { limited } from '../../src/sources/limited.ts';
import { everything, page, sourceOf } from '../pipeline/rig.ts';
import { memorySink } from '../sinks/rig.ts';
import { idOf, pagesOf, readAll } from '../support/changes.ts';

const [LOW, HIGH]: [Range, Range] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];

test.each([1, 2, 3, 4, 5])('exactly %i changes come, and then the end', async (max) => {
  const source = sourceOf(everything(page('1', 'a1', 'b1'), page('2', 'c1'), page('3', 'd1', 'e1', 'f1')));
  expect((await readAll(limited(source, max))).map(idOf)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].slice(0, max));
});

test('no more come than there are', async () => {
  const source = sourceOf(everything(page('1', 'a1', 'b1')));
  expect(await readAll(limited(source, 10))).toHaveLength(2);
});

test('they are counted over all ranges, and a range that waits for more ends too', async () => {
  const source = sourceOf(
    new Map([
      [LOW, [page('1', 'a1', 'b1'), page('2', 'c1', 'd1')]],
      [HIGH, [page('1', 'w1', 'x1'), page('2', 'y1', 'z1')]],
    ]),
    { idle: true },
  );
  const { sink, contents } = memorySink();
  await run(limited(source, 5), sink, forgetful(), { window: 4, signal: new AbortController().signal });
  expect(await contents()).toHaveLength(5);
});

test('a page that is cut is resumed at its start, one that is not behind it', async () => {
  const source = sourceOf(everything(page('1', 'a1', 'b1'), page('2', 'c1', 'd1')));
  const positionsAfter = async (max: number): Promise<unknown> => {
    const checkpoint = forgetful();
    await run(limited(source, max), memorySink().sink, checkpoint, {
      window: 4,
      signal: new AbortController().signal,
    });
    return checkpoint.positions().map(({ resumeAt }) => resumeAt);
  };
  expect(await positionsAfter(1)).toEqual([undefined]);
  expect(await positionsAfter(2)).toEqual(['1']);
  expect(await positionsAfter(3)).toEqual(['1']);
  expect(await positionsAfter(4)).toEqual(['2']);
});

test.each([
  [1, true],
  [3, true],
  [4, false],
])('whoever asks for at most %i of three is told whether the end is theirs', async (max, isReached) => {
  const source = sourceOf(everything(page('1', 'a1', 'b1'), page('2', 'c1')));
  let reached = 0;
  await readAll(limited(source, max, () => reached++));
  expect(reached).toBe(isReached ? 1 : 0);
});

test('a page that another range had under way then is not given, and nobody is told twice', async () => {
  const pages = new Map([LOW, HIGH].map((range) => [range, [page('1', 'a1', 'b1')]]));
  let reached = 0;
  const source = limited(sourceOf(pages), 2, () => reached++);
  const given = await Promise.all([LOW, HIGH].map((range) => pagesOf(source, range)));
  expect(given.flat().map(({ changes }) => changes.length)).toEqual([2]);
  expect(reached).toBe(1);
  expect(await pagesOf(source, LOW)).toEqual([]);
});

test('a page that is cut carries neither the split of the whole one nor what is noted with it', async () => {
  const split = [
    { range: LOW, resumeAt: undefined },
    { range: HIGH, resumeAt: undefined },
  ];
  const source = sourceOf(everything({ ...page('1', 'a1', 'b1'), split, notes: new Map([['name', 'text']]) }));
  const [cut] = await pagesOf(limited(source, 1), EVERYTHING);
  expect(cut).toMatchObject({ changes: [{ key: '"a","key of a"' }], resumeAt: undefined });
  expect(cut).not.toHaveProperty('split');
  expect(cut).not.toHaveProperty('notes');
});
