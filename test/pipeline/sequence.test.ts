import { expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { EVERYTHING, type Page, type Range } from '../../src/contract.ts';
import { run } from '../../src/pipeline/run.ts';
import { Sequence } from '../../src/pipeline/sequence.ts';
import { eventually, everything, manualSink, page, settle, sourceOf } from './rig.ts';

const options = { window: 4, signal: new AbortController().signal };

test('a page of a range is written once the one before it is committed', async () => {
  const sink = { ...manualSink(), order: 'range' as const };
  const opened: string[] = [];
  const checkpoint = forgetful();
  const write: typeof sink.write = (changes, range) => {
    opened.push(`after ${checkpoint.positions()[0]?.resumeAt}`);
    return sink.write(changes, range);
  };
  const source = sourceOf(everything(page('1', 'a1'), page('2', 'b1'), page('3', 'c1')));
  const done = run(source, { ...sink, write }, checkpoint, options);
  for (const version of ['a1', 'b1', 'c1']) await sink.end(version);
  await done;
  expect(opened).toEqual(['after undefined', 'after 1', 'after 2']);
});

test('ranges that a sink takes together are written one page after the other, those of each in order', async () => {
  const [left, right] = [
    { min: '', max: '80' },
    { min: '80', max: 'FF' },
  ];
  const pages = new Map<Range, readonly Page[]>([
    [left, [page('1', 'a1'), page('2', 'b1')]],
    [right, [page('3', 'c1'), page('4', 'd1')]],
  ]);
  const manual = manualSink();
  const done = run(sourceOf(pages), { ...manual, order: 'all' as const }, forgetful(), options);
  for (let written = 0; written < 4; written++) {
    await eventually(() => manual.open.length > 0);
    await settle();
    expect(manual.open).toHaveLength(1);
    await manual.end(manual.open[0] as string);
  }
  await done;
  const { durable } = manual;
  expect(durable.filter((version) => /[ab]/.test(version))).toEqual(['a1', 'b1']);
  expect(durable.filter((version) => /[cd]/.test(version))).toEqual(['c1', 'd1']);
});

test('when a commit fails, what waits for it in another range fails with it', async () => {
  const [left, right] = [
    { min: '', max: '80' },
    { min: '80', max: 'FF' },
  ];
  const pages = new Map<Range, readonly Page[]>([
    [left, [page('1', 'a1')]],
    [right, [page('2', 'b1')]],
  ]);
  const manual = manualSink();
  const full = new Error('no space left');
  const checkpoint = {
    ...forgetful(),
    save: () => {
      throw full;
    },
  };
  const done = run(sourceOf(pages), { ...manual, order: 'all' as const }, checkpoint, options);
  await manual.end('a1');
  await expect(done).rejects.toBe(full);
  expect(manual.durable).toEqual(['a1']);
});

test('after a failed page nothing is written any more', async () => {
  const sink = manualSink();
  const sequence = new Sequence(sink);
  const outage = new Error('outage');
  const written = sequence.write(page('1', 'a1').changes, EVERYTHING);
  sequence.follows(written.then(() => {}));
  const next = sequence.write(page('2', 'b1').changes, EVERYTHING);
  await sink.fail('a1', outage);
  expect(await Promise.allSettled([written, next])).toEqual([
    { status: 'rejected', reason: outage },
    { status: 'rejected', reason: outage },
  ]);
  expect(sink.open).toEqual([]);
});
