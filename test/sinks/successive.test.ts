import { expect, test } from 'vitest';
import { EVERYTHING, type Range } from '../../src/contract.ts';
import { Refused } from '../../src/sinks/refused.ts';
import { successive } from '../../src/sinks/successive.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { manualSink, settle } from '../pipeline/rig.ts';
import { upsert } from '../support/changes.ts';

test('versions of one document are written one after the other, and each but the last is waited for', async () => {
  const waited: (Range | undefined)[] = [];
  const inner = Object.assign(manualSink(), { hurry: (_: unknown, range?: Range) => void waited.push(range) });
  const written = successive(inner).write([upsert('a', 1), upsert('a', 2), upsert('b', 1)], EVERYTHING);
  await settle();
  expect([inner.open, waited]).toEqual([['a1', 'b1'], [EVERYTHING]]);
  await inner.end('a1');
  await settle();
  expect([inner.open, waited]).toEqual([['a2'], [EVERYTHING]]);
  await inner.end('a2');
  await written;
});

test('later versions are left when an earlier one is refused or not delivered, whatever it was', async () => {
  const [first, second, third] = [upsert('a', 1), upsert('a', 2), upsert('a', 3)];
  const reason = new Error('no');
  for (const error of [
    new Refused([{ change: first, reason }], []),
    new Undelivered([first], { retryAfterMs: 0, reason }),
  ]) {
    const sink = successive({ write: () => Promise.reject(error), close: async () => {} });
    const thrown = await sink.write([first, second, third], EVERYTHING).catch((one: unknown) => one);
    const left = thrown instanceof Refused ? [first, ...thrown.left] : (thrown as Undelivered).changes;
    expect(left).toEqual([first, second, third]);
  }
});
