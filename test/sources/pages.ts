import { type Change, type Continuation, EVERYTHING, type Page, type Source } from '../../src/contract.ts';
import { generator } from '../../src/sources/generator.ts';
import { orderText } from '../../src/sources/order.ts';
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
  return generator({
    end: count,
    offset: 0,
    rate: undefined,
    durationMs: undefined,
    recordBytes: 0,
    partitionKey,
    make: (index) => ({ kind: 'upsert', text: orderText(1, index, 0) }),
  });
}
