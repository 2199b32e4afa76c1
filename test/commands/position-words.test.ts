import { expect, test } from 'vitest';
import { positionWords } from '../../src/commands/position-words.ts';
import type { Continuation } from '../../src/contract.ts';
import { continuationOf } from '../../src/sources/feed-position.ts';
import { formatProgress } from '../../src/sources/query-progress.ts';

const AT_12 = continuationOf({ rid: 'r', etag: '"12"' });

test.each<[string, string]>([
  ['beginning', 'beginning'],
  ['finished', 'finished'],
  [AT_12, 'after commit 12'],
  [continuationOf({ rid: 'r', etag: '' }), 'the beginning'],
  [continuationOf({ rid: 'r', etag: '', since: 1_700_000_000 }), '2023-11-14T22:13:20.000Z'],
  [continuationOf({ rid: 'r', etag: '"what nobody knows"' }), 'where it stopped'],
  [JSON.stringify({ versions: AT_12 }), 'the beginning, of what is there'],
  [JSON.stringify({ versions: AT_12, latest: AT_12 }), 'after commit 12, of what is there'],
  [JSON.stringify({ feed: AT_12 }), 'after commit 12'],
  [formatProgress({ rid: 'r', token: 't' }), 'the middle of a query'],
  [formatProgress({ rid: 'r', isDone: true }), 'the end of what was found'],
  [JSON.stringify({ offset: 1, line: 2, record: 3 }) as Continuation, 'where it stopped'],
])('%s is %s', (position, words) => {
  expect(positionWords(position)).toBe(words);
});
