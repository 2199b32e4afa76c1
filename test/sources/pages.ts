import { type Change, type Continuation, EVERYTHING, type Page, type Source } from '../../src/contract.ts';
import { generator } from '../../src/sources/generator.ts';
import { startOf } from '../support/changes.ts';

/** A source of one range with these pages. */
export function sourceOf(pages: readonly Page[]): Source {
  return {
    starts: async () => [startOf(EVERYTHING)],
    async *pages() {
      yield* pages;
    },
  };
}

export function pageOf(changes: readonly Change[], resumeAt = 'here', rest: Partial<Page> = {}): Page {
  return { changes, resumeAt: resumeAt as Continuation, ...rest };
}

/** Orders, a thousand a page. */
export function ordersOf(count: number): Source {
  const partitionKey = { paths: ['/customerId'], kind: 'Hash', version: 2 } as const;
  return generator({ count, seed: 1, payloadBytes: 0, rate: undefined, partitionKey });
}
