import type { Source } from '../contract.ts';

/** The same source, at its end once all ranges are caught up and nothing has come for `idleMs`. */
export function untilIdle(source: Source, idleMs: number): Source {
  const idle = new AbortController();
  const behind = new Set<string>();
  let lastChange: number | undefined;
  return {
    ...source,
    async *pages(range, from, signal) {
      lastChange ??= performance.now();
      // A range that fails stays behind until it has been read on.
      behind.add(range.min);
      for await (const page of source.pages(range, from, AbortSignal.any([signal, idle.signal]))) {
        if (page.changes.length > 0 || page.hasMore) behind.add(range.min);
        else behind.delete(range.min);
        yield page;
        // What waits for the sink is not idle.
        if (page.changes.length > 0) lastChange = performance.now();
        else if (behind.size === 0 && performance.now() - lastChange >= idleMs) idle.abort();
      }
      behind.delete(range.min);
    },
  };
}
