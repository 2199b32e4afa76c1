import { expect, test } from 'vitest';
import { EVERYTHING, type Range } from '../../src/contract.ts';
import { successive } from '../../src/sinks/successive.ts';
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
