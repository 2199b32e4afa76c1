import type { Documents } from './documents.ts';
import type { Versions } from './versions.ts';

/** The same documents; each change of one leaves a version behind. */
export function recording(documents: Documents, versions: Versions): Documents {
  return {
    ...documents,
    insert: (row) => {
      versions.addCreated(row);
      documents.insert(row);
    },
    update: (row, replaced) => {
      versions.addReplaced(row);
      documents.update(row, replaced);
    },
    remove: (row, removal) => {
      versions.addDeleted(row.number, removal);
      documents.remove(row, removal);
    },
    divide: (...parts) => {
      versions.divide(...parts);
      documents.divide(...parts);
    },
    join: (...parts) => {
      versions.join(...parts);
      documents.join(...parts);
    },
  };
}
