import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import type { ContainerName } from '../../src/cosmos/address.ts';
import type { Connection } from '../../src/cosmos/connection.ts';
import { readContainer } from '../../src/cosmos/container.ts';
import { DocumentKey } from '../../src/cosmos/document-key.ts';
import { changeFeed } from '../../src/sources/change-feed.ts';
import { rangesOf } from '../../test/support/changes.ts';

export interface Fingerprint {
  readonly documents: number;
  /** Over all documents in the order of their keys: the bytes of each, without the system properties. */
  readonly hash: string;
}

/** Reads a container to its end. Two containers with equal fingerprints hold the same documents. */
export async function fingerprint(connection: Connection, name: ContainerName): Promise<Fingerprint> {
  const facts = await readContainer(connection.client, name);
  const { signal } = new AbortController();
  const source = changeFeed(connection, facts, {
    maxItemCount: 1000,
    follow: false,
    pollMs: 0,
    limit: pLimit(4),
    signal,
  });
  const key = new DocumentKey(facts.partitionKey);
  const hashes = new Map<string, string>();
  for (const range of await rangesOf(source)) {
    for await (const page of source.pages(range, undefined, signal)) {
      for (const change of page.changes) hashes.set(change.key, hashOf(Buffer.from(change.document), key));
    }
  }
  const all = createHash('sha256');
  for (const [documentKey, hash] of [...hashes].sort(([a], [b]) => (a < b ? -1 : 1)))
    all.update(`${documentKey} ${hash}\n`);
  return { documents: hashes.size, hash: all.digest('hex') };
}

function hashOf(document: Buffer, key: DocumentKey): string {
  const end = key.scan(document, 0);
  const hash = createHash('sha256');
  const kept = key.keptSpans(0, end);
  for (let span = 0; span < kept.length; span += 2) hash.update(document.subarray(kept[span], kept[span + 1]));
  return hash.digest('hex');
}
