import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { Order } from '../../src/pipeline/order.ts';
import { eventually, manualSink, page, settle } from './rig.ts';

const OUTAGE = new Error('an outage');

test('pages without a key in common are written side by side', async () => {
  const { sink, write } = opened();
  const written = [write('a1', 'b1'), write('c1'), write('d1')];
  expect(await openAfterAll(sink)).toEqual(['a1', 'b1', 'c1', 'd1']);
  for (const version of ['d1', 'c1', 'a1']) await sink.end(version);
  await Promise.all(written);
});

describe('a page with a key of an earlier one', () => {
  test('waits for it, whole, and is passed by pages that share nothing with either', async () => {
    const { sink, write } = opened();
    const written = [write('a1'), write('a2', 'b1'), write('c1')];
    expect(await openAfterAll(sink)).toEqual(['a1', 'c1']);
    await sink.end('a1');
    expect(await openAfterAll(sink)).toEqual(['c1', 'a2', 'b1']);
    await sink.end('a2');
    await sink.end('c1');
    await Promise.all(written);
  });

  test('waits for all of several', async () => {
    const { sink, write } = opened();
    const written = [write('a1'), write('b1'), write('a2', 'b2')];
    await sink.end('b1');
    expect(await openAfterAll(sink)).toEqual(['a1']);
    await sink.end('a1');
    await sink.end('a2');
    await Promise.all(written);
    expect(sink.durable).toEqual(['b1', 'a1', 'a2', 'b2']);
  });

  test('waits for one that waits itself', async () => {
    const { sink, write } = opened();
    const written = [write('a1'), write('a2', 'b1'), write('b2'), write('b3')];
    expect(await openAfterAll(sink)).toEqual(['a1']);
    for (const version of ['a1', 'a2', 'b2', 'b3']) {
      await sink.end(version);
      expect((await openAfterAll(sink)).length).toBeLessThanOrEqual(2);
    }
    await Promise.all(written);
    expect(sink.durable).toEqual(['a1', 'a2', 'b1', 'b2', 'b3']);
  });

  test('is never written after that failed, and fails for the same reason', async () => {
    const { sink, write } = opened();
    const written = [write('a1'), write('a2')];
    written.forEach((promise) => void promise.catch(() => {}));
    await sink.fail('a1', OUTAGE);
    await expect(written[1]).rejects.toBe(OUTAGE);
    await expect(write('a3')).rejects.toBe(OUTAGE);
    expect(await openAfterAll(sink)).toEqual([]);
  });

  test('does not wait for one that is durable', async () => {
    const { sink, write } = opened();
    const first = write('a1');
    await sink.end('a1');
    await first;
    const second = write('a2');
    await eventually(() => sink.open.includes('a2'));
    await sink.end('a2');
    await second;
  });
});

test('several versions in one page are one write, in their order', async () => {
  const { sink, write } = opened();
  const written = write('a1', 'a2', 'b1', 'a3');
  expect(await openAfterAll(sink)).toEqual(['a1', 'a2', 'b1', 'a3']);
  await sink.end('a1');
  await written;
});

function opened(): { sink: ReturnType<typeof manualSink>; write: (...versions: string[]) => Promise<unknown> } {
  const sink = manualSink();
  const order = new Order(sink);
  return { sink, write: (...versions) => order.write(page('', ...versions).changes, EVERYTHING) };
}

async function openAfterAll(sink: ReturnType<typeof manualSink>): Promise<readonly string[]> {
  await settle();
  return sink.open;
}
