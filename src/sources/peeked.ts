import type { Page, Position, Source } from '../contract.ts';

/** A source of one range that can be read only once, of which the first page is known. */
export interface Peeked {
  /** `undefined` where there is none. */
  readonly page: Page | undefined;
  /** All of it, that page included. */
  readonly source: Source;
  close(): Promise<void>;
}

/** Reads the first page of a source from its start; it goes on from there when it is asked for its pages. */
export async function peeked(source: Source, signal: AbortSignal): Promise<Peeked> {
  const [start] = (await source.starts()) as readonly [Position];
  const stop = new AbortController();
  const pages = source.pages(start.range, start.resumeAt, AbortSignal.any([signal, stop.signal]));
  const rest = pages[Symbol.asyncIterator]();
  const { value: page, done } = await rest.next();
  return {
    page: done ? undefined : page,
    source: {
      ...source,
      async *pages(_range, _from, signal) {
        const end = (): void => stop.abort();
        signal.addEventListener('abort', end, { once: true });
        if (signal.aborted) end();
        if (!done) yield page;
        yield* { [Symbol.asyncIterator]: () => rest };
        signal.removeEventListener('abort', end);
      },
    },
    async close() {
      stop.abort();
      await rest.return?.();
    },
  };
}
