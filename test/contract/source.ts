import { describe, expect, test } from 'vitest';
import type { Page, Source } from '../../src/contract.ts';
import { assertTiles } from '../../src/pipeline/tiling.ts';
import { idOf, pagesOf, rangesOf, readAll, textOf } from '../support/changes.ts';

export interface SourceRig {
  /** At rest and at least three pages long: it ends at the end of what there is to read. */
  readonly source: Source;
  /** The ids of the documents in it, sorted; each has been written. */
  readonly ids: readonly string[];
}

/** What every source promises. `open` sees to it that what it opens is closed when the test ends. */
export function describeSource(name: string, open: () => Promise<SourceRig>): void {
  describe(`${name} source`, () => {
    test('has ranges that tile it', async () => {
      const { source } = await open();
      const ranges = await rangesOf(source);
      expect(ranges.length).toBeGreaterThan(0);
      assertTiles(ranges);
    });

    test('gives every document from the beginning, once while it is at rest', async () => {
      const { source, ids } = await open();
      expect((await readAll(source)).map(idOf).sort()).toEqual(ids);
    });

    test('gives documents that are JSON objects, and keys that tell them apart', async () => {
      const { source, ids } = await open();
      const changes = await readAll(source);
      for (const change of changes) expect(JSON.parse(textOf(change))).toHaveProperty('id');
      expect(new Set(changes.map(({ key }) => key)).size).toBe(ids.length);
    });

    test('gives a key in one range only', async () => {
      const { source, ids } = await open();
      const keys = (await Promise.all((await rangesOf(source)).map((range) => pagesOf(source, range)))).map(
        (pages) => new Set(pages.flatMap(({ changes }) => changes.map(({ key }) => key))),
      );
      expect(keys.reduce((sum, { size }) => sum + size, 0)).toBe(ids.length);
    });

    test('resumes exactly behind each of its pages', async () => {
      const { source } = await open();
      for (const range of await rangesOf(source)) {
        const pages = await pagesOf(source, range);
        for (let after = 0; after < pages.length; after++) {
          const rest = await pagesOf(source, range, (pages[after] as Page).resumeAt);
          expect(textsOf(rest)).toEqual(textsOf(pages.slice(after + 1)));
        }
      }
    });

    test('reads a range again as it read it before, until something changes', async () => {
      const { source } = await open();
      for (const range of await rangesOf(source)) {
        expect(textsOf(await pagesOf(source, range))).toEqual(textsOf(await pagesOf(source, range)));
      }
    });

    test('ends without throwing when it is told to stop', async () => {
      const { source } = await open();
      const stop = new AbortController();
      const pages: Page[] = [];
      for (const range of await rangesOf(source)) {
        for await (const page of source.pages(range, undefined, stop.signal)) {
          pages.push(page);
          stop.abort();
        }
      }
      expect(pages).toHaveLength(1);
    });
  });
}

function textsOf(pages: readonly Page[]): string[] {
  return pages.flatMap(({ changes }) => changes.map(textOf));
}
