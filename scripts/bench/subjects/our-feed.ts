import { openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import pLimit from 'p-limit';
import type { Change } from '../../../src/contract.ts';
import { changeFeed } from '../../../src/sources/change-feed.ts';
import { connect } from './our-connection.ts';
import type { Open } from './subject.ts';

/** Our source of changes, range after range, each document's bytes as a line, one write per page. */
export const open: Open = async (target) => {
  const { connection, facts } = await connect(target);
  const { signal } = new AbortController();
  const source = changeFeed(connection, facts, {
    maxItemCount: 1000,
    follow: false,
    pollMs: 0,
    limit: pLimit(16),
    signal,
  });
  const file = openSync(devNull, 'w');
  return {
    async round(fingerprint) {
      let [documents, bytes] = [0, 0];
      for (const range of await source.ranges()) {
        for await (const { changes } of source.pages(range, undefined, signal)) {
          if (fingerprint) for (const { document } of changes) fingerprint.add(document);
          documents += changes.length;
          bytes += writeLines(changes, file);
        }
      }
      return { documents, bytes };
    },
    close: () => connection.close(),
  };
};

let lines = Buffer.alloc(0);

function writeLines(changes: readonly Change[], file: number): number {
  const length = changes.reduce((sum, { document }) => sum + document.length + 1, 0);
  if (lines.length < length) lines = Buffer.allocUnsafeSlow(length * 2);
  let at = 0;
  for (const { document } of changes) {
    lines.set(document, at);
    at += document.length;
    lines[at++] = LINE_FEED;
  }
  return writeSync(file, lines, 0, at);
}

const LINE_FEED = 0x0a;
