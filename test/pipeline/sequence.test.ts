import { expect, test } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { Sequence } from '../../src/pipeline/sequence.ts';
import { manualSink, page, settle } from './rig.ts';

test('pages without a key in common are written one after the other', async () => {
  const sink = manualSink();
  const sequence = new Sequence(sink);
  const written = [page('1', 'a1'), page('2', 'b1')].map(({ changes }) => sequence.write(changes, EVERYTHING));
  await settle();
  expect(sink.open).toEqual(['a1']);
  await sink.end('a1');
  await sink.end('b1');
  await Promise.all(written);
  expect(sink.durable).toEqual(['a1', 'b1']);
});

test('after a failed page nothing is written any more', async () => {
  const sink = manualSink();
  const sequence = new Sequence(sink);
  const outage = new Error('outage');
  const written = [page('1', 'a1'), page('2', 'b1')].map(({ changes }) => sequence.write(changes, EVERYTHING));
  await sink.fail('a1', outage);
  expect(await Promise.allSettled(written)).toEqual([
    { status: 'rejected', reason: outage },
    { status: 'rejected', reason: outage },
  ]);
  expect(sink.open).toEqual([]);
});
