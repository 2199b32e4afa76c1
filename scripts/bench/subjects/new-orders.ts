import { type Change, EVERYTHING } from '../../../src/contract.ts';
import { cosmosSink } from '../../../src/sinks/cosmos.ts';
import { connect } from './our-connection.ts';
import { pagesByRange } from './our-sink.ts';
import type { Open } from './subject.ts';

/** Our sink, twenty pages of documents a round that are not in the container yet. */
export const open: Open = async (target) => {
  const { connection, facts } = await connect(target);
  const sink = cosmosSink(connection, facts, { concurrency: 16 });
  let next = facts.documentCount ?? 0;
  let pages: Change[][] = [];
  return {
    prepare() {
      pages = pagesByRange(next, DOCUMENTS, target.shape);
      next += DOCUMENTS;
    },
    async round() {
      await Promise.all(pages.map((page) => sink.write(page, EVERYTHING)));
      return { documents: DOCUMENTS, bytes: 0 };
    },
    async close() {
      await sink.close();
      await connection.close();
    },
  };
};

const DOCUMENTS = 20_000;
