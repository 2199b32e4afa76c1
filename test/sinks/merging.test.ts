import { expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { conditional } from '../../src/sinks/conditional.ts';
import { merging } from '../../src/sinks/merging.ts';
import { removal, upsert } from '../support/changes.ts';

test('only what was there is deleted, in the version that it had', async () => {
  const written: Change[] = [];
  const sink = { write: async (changes: readonly Change[]) => void written.push(...changes), close: async () => {} };
  const there = { text: Buffer.from('{"id":"a","pk":"key of a"}'), etag: 'e' };
  const stored = async () => new Map([[upsert('a').key, there]]);
  const partitionKey = { paths: ['/pk'], version: 2 } as const;
  await merging(sink, { stored, partitionKey }).write([removal('a'), removal('b')], EVERYTHING);
  expect(written).toEqual([conditional(removal('a'), 'e')]);
});
