import type { Change, Range, Source } from '../contract.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';

export interface Altered {
  readonly changes: readonly Change[];
  /** Gives back the memory that the documents of these changes are in. */
  release?(): void;
}

/**
 * The same source with other changes in its pages, but for flawed records, which stay what they are. `open` is called for
 * each range that is read.
 */
export function mapped(source: Source, open: (range: Range) => (changes: readonly Change[]) => Altered): Source {
  return {
    ...source,
    async *pages(range, from, signal) {
      const alter = open(range);
      for await (const page of source.pages(range, from, signal)) {
        const { changes, release } = alter(page.changes.filter(isSound));
        yield {
          ...page,
          changes: merged(page.changes, changes),
          release: () => {
            release?.();
            page.release?.();
          },
        };
      }
    },
  };
}

function isSound(change: Change): boolean {
  return !(change instanceof FlawedRecord);
}

/** Flawed records keep their places among the others. */
function merged(all: readonly Change[], altered: readonly Change[]): readonly Change[] {
  if (altered.length === all.length) return altered;
  let next = 0;
  return all.map((change) => (isSound(change) ? (altered[next++] as Change) : change));
}
