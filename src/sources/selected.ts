import type { Change, Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import type { Selection } from '../sql/clauses.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';
import { detached } from './detached.ts';
import { Selector } from './selector.ts';

/**
 * The same source with what was selected of each document in the place of it, and without the documents that nothing
 * comes of. Deletes stay as they are.
 */
export function selected(source: Source, selection: Selection, tally: Tally): Source {
  const selector = new Selector(selection);
  const select = (change: Change): readonly Change[] => {
    if (change.kind === 'delete') return [detached(change)];
    const document = selector.select(asBuffer(change.document));
    return document ? [detached(change, document)] : [];
  };
  return {
    ...source,
    async *pages(range, from, signal) {
      for await (const { release, ...page } of source.pages(range, from, signal)) {
        const changes = page.changes.flatMap(select);
        tally.dropped(page.changes.length - changes.length);
        release?.();
        yield { ...page, changes };
      }
    },
  };
}

/** The same source, of which every document still has the id and the partition key that it was read with. */
export function keepingKeys(source: Source, definition: PartitionKeyDefinition): Source {
  const reader = new DocumentKey(definition);
  const assertKept = ({ key, kind, document }: Change): void => {
    if (kind === 'upsert' && keyIn(reader, asBuffer(document)) !== key) throw keyLost(definition);
  };
  return {
    ...source,
    async *pages(range, from, signal) {
      for await (const page of source.pages(range, from, signal)) {
        page.changes.forEach(assertKept);
        yield page;
      }
    },
  };
}

/** Throws when columns cannot make documents with the id and partition key of those they are made of. */
export function assertColumns({ names }: Selection, definition: PartitionKeyDefinition): void {
  const needed = ['id', ...definition.paths.map((path) => propertyNames(path)[0] ?? '')];
  if (names && !needed.every((name) => names.includes(name))) throw keyLost(definition);
}

function keyIn(reader: DocumentKey, document: Buffer): string | undefined {
  if (document[0] !== OPEN_OBJECT) return undefined;
  reader.scan(document, 0);
  return reader.key;
}

const OPEN_OBJECT = 0x7b;

function keyLost({ paths }: PartitionKeyDefinition): FlowError {
  return new FlowError('usage', 'what --select makes of a document does not have its id and partition key', {
    hint: `select them as they are: --select "${['/id', ...paths].map((path) => `c${path.replaceAll('/', '.')}`).join(', ')}, …"`,
  });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
