import type { Change } from '../../../src/contract.ts';
import { cosmosSink } from '../../../src/sinks/cosmos.ts';
import { feedText, type Shape } from '../documents.ts';
import { connect } from './our-connection.ts';
import type { Open } from './subject.ts';

/** Our sink: ten pages of a thousand changes, all under way at once as the pipeline has them. */
export const open: Open = async (target) => {
  const { connection, facts } = await connect(target);
  const sink = cosmosSink(connection, facts, { concurrency: 16 });
  const pages = Array.from({ length: PAGES }, (_, page) => changesOf(page * PAGE_CHANGES, PAGE_CHANGES, target.shape));
  return {
    async round() {
      await Promise.all(pages.map((page) => sink.write(page)));
      return { documents: PAGES * PAGE_CHANGES, bytes: 0 };
    },
    async close() {
      await sink.close();
      await connection.close();
    },
  };
};

/** Changes as a page of the feed holds them: documents are views into one buffer. */
export function changesOf(from: number, count: number, shape: Shape): Change[] {
  const texts = Array.from({ length: count }, (_, index) => feedText(from + index, shape));
  const page = Buffer.from(texts.join(','));
  let at = 0;
  return texts.map((text, index) => {
    const document = page.subarray(at, at + Buffer.byteLength(text));
    at += document.length + 1;
    return { key: `order ${from + index}`, kind: 'upsert', document };
  });
}

const PAGES = 10;
const PAGE_CHANGES = 1000;
