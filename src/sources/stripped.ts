import type { Change, Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { buffers } from '../support/buffers.ts';
import { AlteredChange } from './altered-change.ts';
import { mapped } from './mapped.ts';

/**
 * The same source without the system properties in its documents, which are else as they were, byte for byte. What the
 * changes tell beside the document (version, number, time) stays. What is no object is left alone.
 */
export function stripped(source: Source, definition: PartitionKeyDefinition): Source {
  return mapped(source, () => {
    const key = new DocumentKey(definition);
    return (changes) => {
      const bytes = changes.reduce((sum, { document }) => sum + document.length, 0);
      const copies = buffers.take(bytes);
      let at = 0;
      const without = changes.map((change) => {
        const start = at;
        at = copyKept(change, key, copies, at);
        return new AlteredChange(change, copies.subarray(start, at));
      });
      return { changes: without, release: () => buffers.giveBack(copies) };
    };
  });
}

function copyKept({ document }: Change, key: DocumentKey, copies: Buffer, at: number): number {
  const text = Buffer.from(document.buffer, document.byteOffset, document.length);
  if (text[0] !== OPEN_OBJECT) return at + text.copy(copies, at);
  const spans = key.keptSpans(0, key.scan(text, 0));
  let next = at;
  for (let index = 0; index < spans.length; index += 2) next += text.copy(copies, next, spans[index], spans[index + 1]);
  return next;
}

const OPEN_OBJECT = 0x7b;
