import { expect, test } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { counted } from '../../src/sinks/counted.ts';
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
