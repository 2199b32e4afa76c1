import type { Source } from '../contract.ts';
import type { Tally } from '../support/tally.ts';

/** The same source, counted. */
export function counted(source: Source, tally: Tally): Source {
  return {
    ...source,
    async *pages(range, from, signal) {
      tally.opened(range);
      for await (const page of source.pages(range, from, signal)) {
        tally.page(
          range,
          page.changes.length,
          page.lag ?? 0,
          page.changes.length === 0 && !page.split && !page.hasMore,
        );
        yield page;
      }
    },
  };
}
