import type { Documents } from './documents.ts';

/** The same documents; `grow` is told by how many bytes each write makes a range larger. */
export function sized(documents: Documents, grow: (rangeId: number, bytes: number) => void): Documents {
  return {
    ...documents,
    insert: (row) => {
      documents.insert(row);
      grow(row.range, row.body.length);
    },
    update: (row, replaced) => {
      documents.update(row, replaced);
      grow(row.range, row.body.length - replaced.bytes);
    },
    remove: (row, removal) => {
      documents.remove(row, removal);
      grow(removal.range, -row.bytes);
    },
  };
}
