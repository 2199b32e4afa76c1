import { openSync, writeSync } from 'node:fs';
import { devNull } from 'node:os';
import { ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { openSdk } from './sdk-client.ts';
import type { Open, Work } from './subject.ts';

/** The SDK's iterator over the container, JSON.stringify per document, one write per page. */
export const openByPage: Open = (target) => openWith(target, writePage);

/** The same with one write per document. */
export const openByDocument: Open = (target) => openWith(target, writeDocuments);

type Write = (documents: readonly unknown[], file: number) => number;

async function openWith(target: Parameters<Open>[0], write: Write): ReturnType<Open> {
  const { client, container } = openSdk(target);
  const file = openSync(devNull, 'w');
  return {
    round: (fingerprint) =>
      read(container, (documents) => {
        if (fingerprint) for (const document of documents) fingerprint.add(JSON.stringify(document));
        return write(documents, file);
      }),
    close: async () => client.dispose(),
  };
}

async function read(container: Container, write: (documents: readonly unknown[]) => number): Promise<Work> {
  const iterator = container.items.getChangeFeedIterator({
    maxItemCount: 1000,
    changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
  });
  let [documents, bytes] = [0, 0];
  for (;;) {
    const page = await iterator.readNext();
    if (page.statusCode === 304) return { documents, bytes };
    documents += page.result.length;
    bytes += write(page.result);
  }
}

function writePage(documents: readonly unknown[], file: number): number {
  const lines = documents.map((document) => JSON.stringify(document));
  return writeSync(file, `${lines.join('\n')}\n`);
}

function writeDocuments(documents: readonly unknown[], file: number): number {
  let bytes = 0;
  for (const document of documents) bytes += writeSync(file, `${JSON.stringify(document)}\n`);
  return bytes;
}
