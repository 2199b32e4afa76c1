import { expect, test } from 'vitest';
import { EVERYTHING, type Page, type Source } from '../../src/contract.ts';
import { peeked } from '../../src/sources/peeked.ts';
import { upsert } from '../support/changes.ts';

const { signal } = new AbortController();

test('what was read to look at it comes again, and the rest after it, of what can be read only once', async () => {
  const { source, reads } = once(['a', 'b', 'c']);
  const ahead = await peeked(source, signal);
  expect(ahead.page?.changes).toMatchObject([{ key: upsert('a').key }]);
  expect(reads()).toEqual(['a']);
  const pages: Page[] = [];
  for await (const page of ahead.source.pages(EVERYTHING, undefined, signal)) pages.push(page);
  expect(pages.flatMap(({ changes }) => changes.map(({ key }) => key))).toEqual(
    ['a', 'b', 'c'].map((id) => upsert(id).key),
  );
  expect(reads()).toEqual(['a', 'b', 'c', 'closed']);
});

test('a source that is empty is empty, and one that nobody reads on is closed', async () => {
  expect((await peeked(once([]).source, signal)).page).toBeUndefined();
  const { source, reads } = once(['a', 'b']);
  await (await peeked(source, signal)).close();
  expect(reads()).toEqual(['a', 'closed']);
});

test('a stop reaches what is read on', async () => {
  const { source, reads } = once(['a', 'b']);
  const ahead = await peeked(source, signal);
  const pages: Page[] = [];
  for await (const page of ahead.source.pages(EVERYTHING, undefined, AbortSignal.abort())) pages.push(page);
  expect(pages).toHaveLength(1);
  expect(reads()).toEqual(['a', 'closed']);
});

/** Pages of one change each. */
function once(ids: readonly string[]): { source: Source; reads(): readonly string[] } {
  const reads: string[] = [];
  const source: Source = {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(_range, _from, stop) {
      try {
        for (const id of ids) {
          if (stop.aborted) return;
          reads.push(id);
          yield { changes: [upsert(id)], resumeAt: id as never };
        }
      } finally {
        reads.push('closed');
      }
    },
  };
  return { source, reads: () => reads };
}
