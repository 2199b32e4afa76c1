import { openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import pLimit from 'p-limit';
import type { Change } from '../../../src/contract.ts';
import { changeFeed } from '../../../src/sources/change-feed.ts';
import { rangesOf } from '../../../test/support/changes.ts';
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
      for (const range of await rangesOf(source)) {
        for await (const { changes, release } of source.pages(range, undefined, signal)) {
          if (fingerprint) for (const { document } of changes) fingerprint.add(document);
          documents += changes.length;
          bytes += writeLines(changes, file);
          release?.();
        }
      }
      return { documents, bytes };
    },
    close: () => connection.close(),
  };
};

let lines = Buffer.alloc(0);

/** Documents that lie side by side in their page, one byte apart, are copied together. */
function writeLines(changes: readonly Change[], file: number): number {
  const length = changes.reduce((sum, { document }) => sum + document.length + 1, 0);
  if (lines.length < length) lines = Buffer.allocUnsafeSlow(length * 2);
  let at = 0;
  for (let from = 0; from < changes.length; ) {
    const to = endOfRun(changes, from);
    const { buffer, byteOffset } = documentAt(changes, from);
    const last = documentAt(changes, to - 1);
    lines.set(new Uint8Array(buffer, byteOffset, last.byteOffset + last.length - byteOffset), at);
    for (; from < to; from++) {
      at += documentAt(changes, from).length;
      lines[at++] = LINE_FEED;
    }
  }
  return writeSync(file, lines, 0, at);
}

function endOfRun(changes: readonly Change[], from: number): number {
  let to = from + 1;
  for (let before = documentAt(changes, from); to < changes.length; to++) {
    const next = documentAt(changes, to);
    if (next.buffer !== before.buffer || next.byteOffset !== before.byteOffset + before.length + 1) break;
    before = next;
  }
  return to;
}

function documentAt(changes: readonly Change[], index: number): Uint8Array {
  return (changes[index] as Change).document;
}

const LINE_FEED = 0x0a;
