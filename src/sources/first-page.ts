import type { Page, Position, Source } from '../contract.ts';

/** Reads no further than to the end of the first page; `undefined` when there is none. */
export async function firstPage(
  source: Source,
  { range, resumeAt }: Position,
  signal: AbortSignal,
): Promise<Page | undefined> {
  const stop = new AbortController();
  for await (const page of source.pages(range, resumeAt, AbortSignal.any([signal, stop.signal]))) {
    stop.abort();
    return page;
  }
  signal.throwIfAborted();
  return undefined;
}
