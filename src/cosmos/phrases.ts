import type { Change } from '../contract.ts';
import { asBuffer } from '../support/buffers.ts';
import type { DocumentKey } from './document-key.ts';

/** One change as the service wants it: a text around pieces of the document's own bytes. */
export interface Operation {
  readonly change: Change;
  readonly head: string;
  readonly document: Buffer;
  /** Offsets into `document`, in pairs, of what is sent. */
  readonly kept: readonly number[];
  /** Whether it is done when there is nothing there. */
  readonly removes: boolean;
  /** How long its text is, at most. */
  readonly bytes: number;
}

/** Puts a change to the service, whose document `key` has scanned and found to end at `end`. */
export type Phrasing = (change: Change, key: DocumentKey, end: number) => Operation;

export const upserting: Phrasing = (change, key, end) =>
  change.kind === 'delete' ? removal(change, key) : write(change, key, end, '"operationType":"Upsert",');

/** Refused with 409 where there is one already. */
export const creating: Phrasing = (change, key, end) => write(change, key, end, '"operationType":"Create",');

/** Refused with 404 where there is none, and with 412 where it is not the version with this etag. */
export function replacement(change: Change, key: DocumentKey, end: number, etag?: string): Operation {
  return write(change, key, end, `"operationType":"Replace","id":${key.id},${ifMatch(etag)}`);
}

/** Refused with 412 where it is not the version with this etag. */
export function removal(change: Change, key: DocumentKey, etag?: string): Operation {
  const head = `{"operationType":"Delete","id":${key.id},${ifMatch(etag)}${target(key)}`;
  return operation(change, head, asBuffer(change.document), [], true);
}

/** Sets parts of a document, which are members of a JSON array in bytes: what `{"op":"set",…}` objects are. */
export function patch(change: Change, key: DocumentKey, operations: Buffer): Operation {
  const head = `{"operationType":"Patch","id":${key.id},${target(key)},"resourceBody":{"operations":`;
  const document = Buffer.concat([operations, CLOSE]);
  return operation(change, head, document, [0, document.length]);
}

export const reading: Phrasing = (change, key) =>
  operation(change, `{"operationType":"Read","id":${key.id},${target(key)}`, asBuffer(change.document), []);

const CLOSE = Buffer.from('}');

function write(change: Change, key: DocumentKey, end: number, what: string): Operation {
  const head = `{${what}${target(key)},"resourceBody":`;
  return operation(change, head, asBuffer(change.document), key.keptSpans(0, end));
}

/** There is one for every document: one object, and of one shape. */
function operation(
  change: Change,
  head: string,
  document: Buffer,
  kept: readonly number[],
  removes = false,
): Operation {
  return { change, head, document, kept, removes, bytes: Buffer.byteLength(head) + document.length + 2 };
}

function target(key: DocumentKey): string {
  return `"partitionKey":${key.quotedPartitionKey}`;
}

function ifMatch(etag: string | undefined): string {
  return etag === undefined ? '' : `"ifMatch":${JSON.stringify(etag)},`;
}
