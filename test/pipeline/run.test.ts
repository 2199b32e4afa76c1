import { describe, expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import {
  type Checkpoint,
  type Continuation,
  EVERYTHING,
  type Page,
  type Position,
  type Range,
  type Sink,
  type Written,
} from '../../src/contract.ts';
import { run } from '../../src/pipeline/run.ts';
import { startOf } from '../support/changes.ts';
import { eventually, everything, type ManualSink, manualSink, page, settle, sourceOf } from './rig.ts';

const [LEFT, RIGHT]: readonly [Range, Range] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];
const OUTAGE = new Error('an outage');

describe('a run', () => {
  test('resolves when everything is durable and committed', async () => {
    const { running, sink, positions } = started(everything(page('1', 'a1'), page('2', 'b1')));
    await sink.end('a1');
    await settle();
    expect(positions()).toEqual([[EVERYTHING, '1']]);
    await sink.end('b1');
    await running;
    expect(positions()).toEqual([[EVERYTHING, '2']]);
  });

  test('stores where it starts before anything is delivered', async () => {
    const { running, sink, positions } = started(everything(page('1', 'a1')));
    await eventually(() => sink.open.length > 0);
    expect(positions()).toEqual([[EVERYTHING, undefined]]);
    await sink.end('a1');
    await running;
  });

  test('that is told to stop before it knows the ranges resolves, and stores nothing', async () => {
    const stop = new AbortController();
    const checkpoint = forgetful();
    const starts = async (): Promise<Position[]> => {
      stop.abort();
      throw new Error('cut off by the stop');
    };
    const source = { ...sourceOf(new Map()), starts };
    await run(source, manualSink(), checkpoint, { window: 1, signal: stop.signal });
    expect(checkpoint.positions()).toEqual([]);
  });

  test('rejects when the ranges cannot be read', async () => {
    const source = { ...sourceOf(new Map()), starts: () => Promise.reject(OUTAGE) };
    const { signal } = new AbortController();
    await expect(run(source, manualSink(), forgetful(), { window: 1, signal })).rejects.toBe(OUTAGE);
  });

  test('of a part of the source has ranges that tile that part, or does not begin', async () => {
    const source = sourceOf(new Map([[LEFT, []]]));
    const { signal } = new AbortController();
    const ofPart = { ...source, whole: LEFT };
    await run(ofPart, manualSink(), forgetful(), { window: 1, signal });
    await expect(run(source, manualSink(), forgetful(), { window: 1, signal })).rejects.toThrow(/ranges tile/);
    await expect(run({ ...source, whole: RIGHT }, manualSink(), forgetful(), { window: 1, signal })).rejects.toThrow(
      /ranges tile/,
    );
  });

  test('goes on behind the last commit of an earlier one', async () => {
    const checkpoint = forgetful();
    checkpoint.begin([startOf(EVERYTHING)]);
    checkpoint.save(EVERYTHING, '1' as Continuation);
    const { running, sink } = started(everything(page('1', 'a1'), page('2', 'b1')), { checkpoint });
    await sink.end('b1');
    await running;
    expect(sink.durable).toEqual(['b1']);
  });

  test('commits pages in the order in which they were read, not in that of their writes', async () => {
    const { running, sink, positions } = started(everything(page('1', 'a1'), page('2', 'b1'), page('3', 'c1')));
    await sink.end('c1');
    await sink.end('b1');
    await settle();
    expect(positions()).toEqual([[EVERYTHING, undefined]]);
    await sink.end('a1');
    await running;
    expect(positions()).toEqual([[EVERYTHING, '3']]);
  });

  test('reads no further than its window', async () => {
    const pages = Array.from({ length: 9 }, (_, index) => page(String(index), `${String.fromCharCode(97 + index)}1`));
    const { running, sink, source } = started(everything(...pages), { window: 3 });
    await settle();
    expect(source.read).toBe(3);
    await sink.end('b1');
    await settle();
    expect(source.read).toBe(3);
    await sink.end('a1');
    await eventually(() => source.read === 5);
    for (const id of 'cdefghi') await sink.end(`${id}1`);
    await running;
  });

  test('a slow range does not hold up another', async () => {
    const pages = new Map([
      [LEFT, [page('1', 'a1')]],
      [RIGHT, [page('1', 'b1'), page('2', 'c1'), page('3', 'd1')]],
    ]);
    const { running, sink, positions } = started(pages, { window: 1 });
    for (const version of ['b1', 'c1', 'd1']) await sink.end(version);
    await settle();
    expect(positions()).toEqual([
      [LEFT, undefined],
      [RIGHT, '3'],
    ]);
    await sink.end('a1');
    await running;
  });
});

describe('what the sink notes', () => {
  const noting = (): Sink => ({
    write: async (changes) => new Map([['of the sink', `${changes.length} changes`]]),
    finish: async () => new Map([['of the end', 'finished']]),
    close: async () => {},
  });

  test.each([
    ['a page', {}],
    ['a split', { split: [LEFT, RIGHT].map(startOf) }],
  ])('and what the source notes is in the commit of %s', async (_, split) => {
    const committed: Written[] = [];
    const checkpoint: Checkpoint = {
      ...forgetful(),
      save: (_range, _resumeAt, notes) => committed.push(notes),
      split: (_range, _successors, notes) => committed.push(notes),
    };
    const notes = new Map([['of the source', 'a']]);
    const source = sourceOf(everything({ ...page('1', 'a1'), ...split, notes }, { ...page('2', 'b1'), ...split }));
    await run(source, noting(), checkpoint, { window: 1, signal: new AbortController().signal });
    expect(committed).toEqual([
      new Map([...notes, ['of the sink', '1 changes']]),
      new Map([['of the sink', '1 changes']]),
    ]);
  });

  test('at the end of the source is noted, too', async () => {
    const checkpoint = forgetful();
    const { signal } = new AbortController();
    await run(sourceOf(everything(page('1', 'a1'))), noting(), checkpoint, { window: 1, signal });
    expect(checkpoint.notes().get('of the end')).toBe('finished');
  });

  test('of the end is not asked for by a run that is told to stop', async () => {
    const checkpoint = forgetful();
    const stop = new AbortController();
    const running = run(sourceOf(everything(page('1', 'a1')), { idle: true }), noting(), checkpoint, {
      window: 1,
      signal: stop.signal,
    });
    await eventually(() => checkpoint.notes().size > 0);
    stop.abort();
    await running;
    expect(checkpoint.notes().has('of the end')).toBe(false);
  });
});

describe('a failed write', () => {
  test('ends a run whose source waits idly', async () => {
    const { running, sink } = started(everything(page('1', 'a1')), { idle: true });
    await sink.fail('a1', OUTAGE);
    await expect(running).rejects.toBe(OUTAGE);
  });

  test('ends the run only when its other writes are over, in all ranges', async () => {
    const pages = new Map([
      [LEFT, [page('1', 'a1'), page('2', 'b1')]],
      [RIGHT, [page('1', 'c1')]],
    ]);
    const { running, sink, ended } = started(pages);
    await sink.fail('a1', OUTAGE);
    await settle();
    expect(ended()).toBe(false);
    await sink.end('b1');
    await settle();
    expect(ended()).toBe(false);
    await sink.end('c1');
    await expect(running).rejects.toBe(OUTAGE);
  });

  test('commits neither its page nor a later one, but what came before', async () => {
    const { running, sink, positions } = started(everything(page('1', 'a1'), page('2', 'b1'), page('3', 'c1')));
    await sink.end('c1');
    await sink.fail('b1', OUTAGE);
    await sink.end('a1');
    await expect(running).rejects.toBe(OUTAGE);
    expect(positions()).toEqual([[EVERYTHING, '1']]);
  });

  test('is told rather than what came of it later', async () => {
    const pages = new Map([
      [LEFT, [page('1', 'a1')]],
      [RIGHT, [page('1', 'b1')]],
    ]);
    const { running, sink } = started(pages);
    await sink.fail('b1', OUTAGE);
    await settle();
    await sink.fail('a1', new Error('a consequence'));
    await expect(running).rejects.toBe(OUTAGE);
  });
});

test('a run that is told to stop writes and commits what it has read, then resolves', async () => {
  const { running, sink, stop, positions, ended } = started(everything(page('1', 'a1'), page('2', 'b1')), {
    idle: true,
  });
  await eventually(() => sink.open.length === 2);
  stop();
  await settle();
  expect(ended()).toBe(false);
  await sink.end('a1');
  await sink.end('b1');
  await running;
  expect(positions()).toEqual([[EVERYTHING, '2']]);
});

test('a save that fails ends the run', async () => {
  const checkpoint: Checkpoint = {
    ...forgetful(),
    save: () => {
      throw OUTAGE;
    },
  };
  const { running, sink } = started(everything(page('1', 'a1')), { idle: true, checkpoint });
  await sink.end('a1');
  await expect(running).rejects.toBe(OUTAGE);
});

describe('a split', () => {
  const split: Page = {
    ...page('2', 'b1'),
    split: [
      { range: LEFT, resumeAt: 'l0' as Continuation },
      { range: RIGHT, resumeAt: 'r0' as Continuation },
    ],
  };
  const pages = new Map([
    [EVERYTHING, [page('1', 'a1'), split]],
    [LEFT, [page('l0'), page('l1', 'a2')]],
    [RIGHT, [page('r0'), page('r1', 'b2')]],
  ]);

  test('is stored once everything before it is durable, and its successors are followed from there', async () => {
    const { running, sink, positions } = started(pages);
    await sink.end('b1');
    await settle();
    expect(positions()).toEqual([[EVERYTHING, undefined]]);
    expect(sink.open).toEqual(['a1']);
    await sink.end('a1');
    await eventually(() => sink.open.length === 2);
    expect(positions()).toEqual([
      [LEFT, 'l0'],
      [RIGHT, 'r0'],
    ]);
    await sink.end('a2');
    await sink.end('b2');
    await running;
    expect(positions()).toEqual([
      [LEFT, 'l1'],
      [RIGHT, 'r1'],
    ]);
  });

  test('is stored, but not followed, by a run that is told to stop', async () => {
    const { running, sink, stop, positions } = started(pages);
    await eventually(() => sink.open.length === 2);
    stop();
    await sink.end('a1');
    await sink.end('b1');
    await running;
    expect(positions()).toEqual([
      [LEFT, 'l0'],
      [RIGHT, 'r0'],
    ]);
    expect(sink.durable).toEqual(['a1', 'b1']);
  });

  test.each([
    ['a hole', [LEFT]],
    ['an overlap', [LEFT, { min: '70', max: 'FF' }]],
    ['less than the range at its end', [LEFT, { min: '80', max: 'F0' }]],
  ])('with %s breaks an invariant and is not stored', async (_, successors) => {
    const broken = { ...page('1', 'a1'), split: successors.map((range) => ({ range, resumeAt: undefined })) };
    const { running, sink, positions } = started(everything(broken));
    await sink.end('a1');
    await expect(running).rejects.toThrow(/broken invariant/);
    expect(positions()).toEqual([[EVERYTHING, undefined]]);
  });
});

test('a checkpoint whose ranges have a hole is not read from', async () => {
  const checkpoint = forgetful();
  checkpoint.begin([startOf(RIGHT)]);
  const { running, source } = started(everything(page('1', 'a1')), { checkpoint });
  await expect(running).rejects.toThrow(/broken invariant/);
  expect(source.read).toBe(0);
});

interface Started {
  readonly running: Promise<void>;
  readonly sink: ManualSink;
  readonly source: ReturnType<typeof sourceOf>;
  readonly stop: () => void;
  readonly ended: () => boolean;
  readonly positions: () => [Range, string | undefined][];
}

function started(
  pages: ReadonlyMap<Range, readonly Page[]>,
  {
    window = 4,
    idle = false,
    checkpoint = forgetful(),
  }: { window?: number; idle?: boolean; checkpoint?: Checkpoint } = {},
): Started {
  const [sink, source, stop] = [manualSink(), sourceOf(pages, { idle }), new AbortController()];
  let ended = false;
  const running = run(source, sink, checkpoint, { window, signal: stop.signal }).finally(() => {
    ended = true;
  });
  running.catch(() => {});
  const positions = (): [Range, string | undefined][] =>
    checkpoint
      .positions()
      .toSorted((a, b) => (a.range.min < b.range.min ? -1 : 1))
      .map(({ range, resumeAt }) => [range, resumeAt]);
  return { running, sink, source, stop: () => stop.abort(), ended: () => ended, positions };
}
