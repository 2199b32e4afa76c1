import { expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { counted } from '../../src/sinks/counted.ts';
import { Refused } from '../../src/sinks/refused.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { Tally } from '../../src/support/tally.ts';
import { describeSink } from '../contract/sink.ts';
import { upsert } from '../support/changes.ts';
import { memorySink } from './rig.ts';

describeSink('counted', async () => {
  const { sink, contents } = memorySink();
  return { sink: counted(sink, new Tally()), contents };
});

const NOTES = new Map([['name', 'text']]);

test('what is durable is counted, and only that, and what the sink notes is handed on', async () => {
  const tally = new Tally();
  const sink = { ...memorySink().sink, write: async () => NOTES };
  expect(await counted(sink, tally).write([upsert('a'), upsert('b')], EVERYTHING)).toBe(NOTES);
  expect(tally.written).toBe(2);
  const refusing = { ...sink, write: () => Promise.reject(new Error('refused')) };
  await expect(counted(refusing, tally).write([upsert('c')], EVERYTHING)).rejects.toThrow('refused');
  expect(tally.written).toBe(2);
});

test('of a write that fails, what is durable all the same is counted', async () => {
  const changes = ['a', 'b', 'c', 'd'].map((id) => upsert(id));
  const [a, b, c] = changes as [Change, Change, Change];
  for (const [error, written] of [
    [new Undelivered([b, c], { retryAfterMs: 0, reason: undefined }), 2],
    [new Refused([{ change: a, reason: undefined }], [b, c]), 1],
  ] as const) {
    const tally = new Tally();
    const sink = counted({ ...memorySink().sink, write: () => Promise.reject(error) }, tally);
    await expect(sink.write(changes, EVERYTHING)).rejects.toBe(error);
    expect(tally.written).toBe(written);
  }
});
