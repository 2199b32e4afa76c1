import type { Value } from '../value.ts';
import { type Family, ofDefined } from './sql-function.ts';

/** The functions of whole documents. */
export const ITEM: Family = {
  DOCUMENTID: ofDefined(1, 1, documentId),
};

const CONTAINER_BYTES = 8;
const NUMBER_BYTES = 8;

/** The number of a document in its partition: the last eight bytes of its resource id, the lowest first. */
function documentId(document: Value): Value {
  const rid = typeof document === 'object' && document !== null && '_rid' in document ? document._rid : undefined;
  if (typeof rid !== 'string') return undefined;
  // Resource ids have a dash for the slash of base64.
  const bytes = Buffer.from(rid.replaceAll('-', '/'), 'base64');
  if (bytes.length !== CONTAINER_BYTES + NUMBER_BYTES) return undefined;
  return Number(bytes.readBigUInt64LE(CONTAINER_BYTES));
}
