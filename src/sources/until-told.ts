import type { Source } from '../contract.ts';

/** The same source, at its end once `ending` has aborted and a range has nothing new that was there by then. */
export function untilTold(source: Source, ending: AbortSignal): Source {
  return {
    ...source,
    async *pages(range, from, signal) {
      // A page that was asked for before may have missed what came meanwhile.
      let isLast = ending.aborted;
      for await (const page of source.pages(range, from, signal)) {
        yield page;
        if (isLast && page.changes.length === 0 && !page.hasMore) return;
        isLast = ending.aborted;
      }
    },
  };
}
