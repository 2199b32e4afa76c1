import { expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import type { Range, Source } from '../../src/contract.ts';
import { run } from '../../src/pipeline/run.ts';
import { serial } from '../../src/pipeline/serial.ts';
import { eventually, manualSink, page, settle, sourceOf } from './rig.ts';

const [LEFT, RIGHT]: [Range, Range] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];

test('one page is under way at a time over all ranges, until it is committed', async () => {
  const { sink, running } = started();
  await eventually(() => sink.open.length === 1);
  const [first = ''] = sink.open;
  await settle();
  expect(sink.open).toEqual([first]);
  await sink.end(first);
  for (let left = 3; left > 0; left--) {
    await eventually(() => sink.open.length === 1);
    await sink.end(sink.open[0] ?? '');
  }
  await running;
  expect([...sink.durable].sort()).toEqual(['a1', 'b1', 'c1', 'd1']);
});

test('after a failure nobody waits for a turn that does not come', async () => {
  const { sink, running } = started();
  const outage = new Error('outage');
  await eventually(() => sink.open.length === 1);
  await sink.fail(sink.open[0] ?? '', outage);
  await expect(running).rejects.toBe(outage);
});

test('after a commit that failed nothing is written that could build on it', async () => {
  const outage = new Error('no space left');
  const sink = manualSink();
  const save = (): never => {
    throw outage;
  };
  const flow = serial({ ...forgetful(), save });
  const source = flow.over(sourceOf(new Map([LEFT, RIGHT].map((range) => [range, [page('1', 'a1')]]))));
  const running = run(source, sink, flow.checkpoint, { window: 4, signal: new AbortController().signal });
  running.catch(() => {});
  await sink.end('a1');
  await settle();
  expect(sink.open).toEqual([]);
  await expect(running).rejects.toBe(outage);
});

test('who comes for a turn after the failure does not wait for it either', async () => {
  const outage = new Error('outage');
  const sink = manualSink();
  const flow = serial(forgetful());
  const pages = sourceOf(new Map([LEFT, RIGHT].map((range) => [range, [page('1', range === LEFT ? 'a1' : 'b1')]])));
  const source: Source = {
    ...pages,
    async *pages(range, from, signal) {
      if (range.min === RIGHT.min) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      yield* pages.pages(range, from, new AbortController().signal);
    },
  };
  const running = run(flow.over(source), sink, flow.checkpoint, { window: 4, signal: new AbortController().signal });
  await sink.fail('a1', outage);
  await expect(running).rejects.toBe(outage);
});

test('who is told to stop waits for no turn either', async () => {
  const { sink, running, stop } = started();
  await eventually(() => sink.open.length === 1);
  stop.abort();
  await sink.end(sink.open[0] ?? '');
  await settle();
  expect(sink.open).toEqual([]);
  await running;
});

function started(): { sink: ReturnType<typeof manualSink>; running: Promise<void>; stop: AbortController } {
  const stop = new AbortController();
  const sink = manualSink();
  const flow = serial(forgetful());
  const pages = new Map([
    [LEFT, [page('1', 'a1'), page('2', 'b1')]],
    [RIGHT, [page('1', 'c1'), page('2', 'd1')]],
  ]);
  const running = run(flow.over(sourceOf(pages)), sink, flow.checkpoint, { window: 4, signal: stop.signal });
  running.catch(() => {});
  return { sink, running, stop };
}
