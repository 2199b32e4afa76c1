import type { Page, Source } from '../contract.ts';

/**
 * The same source, at its end after `max` changes, over all ranges. The page in which that is reached is cut, and its
 * position stays before it: there is none inside, so its first changes come again when the job goes on. `onReached` is
 * called then, whether or not there are more.
 */
export function limited(source: Source, max: number, onReached: () => void = () => {}): Source {
  let left = max;
  const reached = new AbortController();
  return {
    ...source,
    async *pages(range, from, signal) {
      let before = from;
      for await (const page of source.pages(range, from, AbortSignal.any([signal, reached.signal]))) {
        // Another range was faster.
        if (reached.signal.aborted) return;
        const given = page.changes.length > left ? cut(page, left, before) : page;
        left -= given.changes.length;
        if (left === 0) {
          reached.abort();
          onReached();
        }
        yield given;
        before = page.resumeAt;
      }
    },
  };
}

/** What is noted with a page belongs to the whole of it. */
function cut({ split: _, notes: __, ...page }: Page, length: number, resumeAt: Page['resumeAt']): Page {
  return { ...page, changes: page.changes.slice(0, length), resumeAt };
}
