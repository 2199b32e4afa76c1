import type { Source } from '../contract.ts';
import { AlteredChange } from './altered-change.ts';
import { mapped } from './mapped.ts';

/** The same source, where the document of a deletion has the property `_deleted`, so that its bytes alone tell what it is. */
export function marked(source: Source): Source {
  return mapped(source, () => (changes) => ({
    changes: changes.map((change) =>
      change.kind === 'delete' ? new AlteredChange(change, withMark(change.document)) : change,
    ),
  }));
}

function withMark(document: Uint8Array): Buffer {
  return Buffer.concat([document.subarray(0, document.lastIndexOf(CLOSE_OBJECT)), MARK]);
}

const CLOSE_OBJECT = 0x7d;
const MARK = Buffer.from(',"_deleted":true}');
