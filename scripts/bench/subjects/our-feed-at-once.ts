import pLimit from 'p-limit';
import { changeFeed } from '../../../src/sources/change-feed.ts';
import { rangesOf } from '../../../test/support/changes.ts';
import { connect } from './our-connection.ts';
import type { Open } from './subject.ts';

/** Our source of changes, all ranges at once as the pipeline reads them; documents are found in their pages and counted. */
export const open: Open = async (target) => {
  const { connection, facts } = await connect(target);
  const { signal } = new AbortController();
  const options = { maxItemCount: 1000, follow: false, pollMs: 0, limit: pLimit(16), signal };
  const source = changeFeed(connection, facts, options);
  return {
    async round() {
      let documents = 0;
      const ranges = await rangesOf(source);
      const readings = ranges.map(async (range) => {
        for await (const { changes, release } of source.pages(range, undefined, signal)) {
          documents += changes.length;
          release?.();
        }
      });
      await Promise.all(readings);
      return { documents, bytes: 0 };
    },
    close: () => connection.close(),
  };
};
