import type { Change, Source } from '../contract.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import { asBuffer } from '../support/buffers.ts';
import type { Tally } from '../support/tally.ts';
import { AlteredChange } from './altered-change.ts';

/** Makes another document of one, or the same; `undefined` leaves it out. */
export type Edit = (document: Buffer, change: Change) => Buffer | undefined;

/** The same source with edited documents, of the same keys. Deletes pass as they are. */
export function edited(source: Source, edit: Edit, tally: Tally): Source {
  const editChange = (change: Change): readonly Change[] => {
    if (change.kind === 'delete' || change instanceof FlawedRecord) return [change];
    const document = asBuffer(change.document);
    const made = edit(document, change);
    if (made === undefined) return [];
    return [made === document ? change : new AlteredChange(change, made)];
  };
  return {
    ...source,
    async *pages(range, from, signal) {
      for await (const page of source.pages(range, from, signal)) {
        const changes = page.changes.flatMap(editChange);
        tally.dropped(page.changes.length - changes.length);
        yield { ...page, changes };
      }
    },
  };
}
