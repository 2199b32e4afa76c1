import type { Change } from '../contract.ts';
import { asBuffer } from '../support/buffers.ts';
import { elementSpans } from '../support/json-bytes.ts';
import type { DocumentKey } from './document-key.ts';

/** An operation as the service wants it: a text around pieces of a document's own bytes. */
export interface Phrase {
  readonly head: string;
  readonly document: Buffer;
  /** Offsets into `document`, in pairs, of what is sent. */
  readonly kept: readonly number[];
  /** Whether it is done when there is nothing there. */
  readonly removes?: boolean;
}

/** Puts a change to the service, whose document `key` has scanned and found to end at `end`. */
export type Phrasing = (change: Change, key: DocumentKey, end: number) => Phrase;

export const upserting: Phrasing = (change, key, end) =>
  change.kind === 'delete' ? removal(change, key) : write(change, key, end, '"operationType":"Upsert",');

/** Refused with 409 where there is one already. */
export const creating: Phrasing = (change, key, end) => write(change, key, end, '"operationType":"Create",');

/** Refused with 404 where there is none, and with 412 where it is not the version with this etag. */
export function replacement(change: Change, key: DocumentKey, end: number, etag?: string): Phrase {
  return write(change, key, end, `"operationType":"Replace","id":${key.id},${ifMatch(etag)}`);
}

/** Refused with 412 where it is not the version with this etag. */
export function removal({ document }: Change, key: DocumentKey, etag?: string): Phrase {
  const head = `{"operationType":"Delete","id":${key.id},${ifMatch(etag)}${target(key)}`;
  return { head, document: asBuffer(document), kept: [], removes: true };
}

/** Sets parts of a document, which are members of a JSON array in bytes: what `{"op":"set",…}` objects are. */
export function patch(key: DocumentKey, operations: Buffer): Phrase {
  const head = `{"operationType":"Patch","id":${key.id},${target(key)},"resourceBody":{"operations":`;
  return { head, document: Buffer.concat([operations, CLOSE]), kept: [0, operations.length + CLOSE.length] };
}

export const reading: Phrasing = ({ document }, key) => {
  return { head: `{"operationType":"Read","id":${key.id},${target(key)}`, document: asBuffer(document), kept: [] };
};

const CLOSE = Buffer.from('}');

function write({ document }: Change, key: DocumentKey, end: number, what: string): Phrase {
  return {
    head: `{${what}${target(key)},"resourceBody":`,
    document: asBuffer(document),
    kept: key.keptSpans(0, end),
  };
}

function target(key: DocumentKey): string {
  return `"partitionKey":${JSON.stringify(key.partitionKey)}`;
}

function ifMatch(etag: string | undefined): string {
  return etag === undefined ? '' : `"ifMatch":${JSON.stringify(etag)},`;
}

/** The results of a batch, in order, as they came over the wire. */
export function resultsIn(body: Buffer): Buffer[] {
  const spans = elementSpans(body, 0);
  return Array.from({ length: spans.length / 2 }, (_, at) => body.subarray(spans[2 * at], spans[2 * at + 1]));
}
