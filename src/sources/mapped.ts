import type { Change, Range, Source } from '../contract.ts';

export interface Altered {
  readonly changes: readonly Change[];
  /** Gives back the memory that the documents of these changes are in. */
  release?(): void;
}

/** The same source with other changes in its pages. `open` is called for each range that is read. */
export function mapped(source: Source, open: (range: Range) => (changes: readonly Change[]) => Altered): Source {
  return {
    ...source,
    async *pages(range, from, signal) {
      const alter = open(range);
      for await (const page of source.pages(range, from, signal)) {
        const { changes, release } = alter(page.changes);
        yield {
          ...page,
          changes,
          release: () => {
            release?.();
            page.release?.();
          },
        };
      }
    },
  };
}
