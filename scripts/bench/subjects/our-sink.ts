import { type Change, EVERYTHING } from '../../../src/contract.ts';
import { effectivePartitionKey } from '../../../src/protocol/effective-partition-key.ts';
import { cosmosSink } from '../../../src/sinks/cosmos.ts';
import { feedText, order, PARTITION_KEY, type Shape } from '../documents.ts';
import { connect } from './our-connection.ts';
import type { Open } from './subject.ts';

/**
 * Our sink: ten pages of a thousand changes, all under way at once as the pipeline has them. As in a feed, a page is
 * of one range, or of two where one ends.
 */
export const open: Open = async (target) => {
  const { connection, facts } = await connect(target);
  const sink = cosmosSink(connection, facts, { concurrency: 16 });
  const pages = pagesByRange(0, PAGES * PAGE_CHANGES, target.shape);
  return {
    async round() {
      await Promise.all(pages.map((page) => sink.write(page, EVERYTHING)));
      return { documents: PAGES * PAGE_CHANGES, bytes: 0 };
    },
    async close() {
      await sink.close();
      await connection.close();
    },
  };
};

/** Changes as a page of the feed holds them. */
export function changesOf(from: number, count: number, shape: Shape): Change[] {
  return pageOf(
    Array.from({ length: count }, (_, index) => from + index),
    shape,
  );
}

/** Changes as the pages of a feed hold them, range after range. */
export function pagesByRange(from: number, count: number, shape: Shape): Change[][] {
  const place = (number: number): string => effectivePartitionKey([order(number, shape).customerId], PARTITION_KEY);
  const numbers = Array.from({ length: count }, (_, index) => ({ number: from + index, epk: place(from + index) }))
    .toSorted((a, b) => (a.epk < b.epk ? -1 : 1))
    .map(({ number }) => number);
  return Array.from({ length: Math.ceil(count / PAGE_CHANGES) }, (_, page) =>
    pageOf(numbers.slice(page * PAGE_CHANGES, (page + 1) * PAGE_CHANGES), shape),
  );
}

/** Documents are views into one buffer. */
function pageOf(numbers: readonly number[], shape: Shape): Change[] {
  const texts = numbers.map((number) => feedText(number, shape));
  const page = Buffer.from(texts.join(','));
  let at = 0;
  return texts.map((text, index) => {
    const document = page.subarray(at, at + Buffer.byteLength(text));
    at += document.length + 1;
    return { key: `order ${numbers[index]}`, kind: 'upsert', document };
  });
}

const PAGES = 10;
const PAGE_CHANGES = 1000;
