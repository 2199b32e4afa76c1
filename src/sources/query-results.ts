import type { Change, Range } from '../contract.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';
import { findMember, SPAN, skipValue } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';
import { type Stamp, shortName } from './query-progress.ts';

/** The results of a page, as they came, in order. Those that the service leaves out of their stamps are none. */
export function resultsIn(page: Buffer, stampedAs: 'documents' | 'payload' | undefined): Result[] {
  const spans = jsonScanner.elementSpans(page, findMember(page, 0, DOCUMENTS));
  const results: Result[] = [];
  for (let at = 0; at < spans.length; at += 2) {
    const text = page.subarray(spans[at], spans[at + 1]);
    if (stampedAs !== 'payload') results.push({ document: text, stamps: stampedAs && text });
    else {
      const start = findMember(text, 0, PAYLOAD);
      if (start >= 0) results.push({ document: text.subarray(start, skipValue(text, start)), stamps: text });
    }
  }
  return results;
}

export interface Result {
  readonly document: Buffer;
  /** An object with the system properties of the document that the result is of. */
  readonly stamps: Buffer | undefined;
}

/** The version that a result is of; `undefined` where it does not say. */
export function stampOf({ stamps }: Result): Stamp | undefined {
  if (stamps === undefined) return undefined;
  jsonScanner.locateMembers(stamps, 0, STAMPS, located);
  const [rid, etag, time] = [valueAt(stamps, 0), valueAt(stamps, 1), valueAt(stamps, 2)];
  if (typeof time !== 'number' || typeof etag !== 'string') return undefined;
  return { version: shortName(String(rid), etag), time };
}

/** Where a result stands, for a key where it has no other. */
export interface Place {
  /** A name for the query. */
  readonly query: string;
  readonly range: Range;
  /** Where its page began. */
  readonly from: string;
  readonly index: number;
}

/** A result on its way. */
export class QueryChange implements Change {
  readonly kind = 'upsert';
  readonly document: Buffer;
  readonly #stamps: Buffer | undefined;
  readonly #key: DocumentKey | undefined;
  readonly #place: Place;

  /** `key` finds the key of a result that tells its document. */
  constructor({ document, stamps }: Result, key: DocumentKey | undefined, place: Place) {
    this.document = document;
    this.#stamps = stamps;
    this.#key = key;
    this.#place = place;
  }

  get key(): string {
    if (this.#key === undefined) {
      const { range, from, index } = this.#place;
      return `${JSON.stringify([range.min, range.max, from]).slice(1, -1)},${index}`;
    }
    this.#key.scan(this.document, 0);
    return this.#key.key;
  }

  get version(): string | undefined {
    const etag = this.#stamp(ETAG);
    if (typeof etag !== 'string') return undefined;
    // What a query makes of a version is another thing than the version, or than what another query makes of it.
    return this.#stamps === this.document ? etag : `${etag} ${this.#place.query}`;
  }

  get time(): number | undefined {
    const time = this.#stamp(TIME);
    return typeof time === 'number' ? time : undefined;
  }

  #stamp(name: Buffer): unknown {
    const start = this.#stamps ? findMember(this.#stamps, 0, name) : -1;
    return this.#stamps && start >= 0 ? parse(this.#stamps, start, skipValue(this.#stamps, start)) : undefined;
  }
}

const DOCUMENTS = Buffer.from('Documents');
const PAYLOAD = Buffer.from('payload');
const ETAG = Buffer.from('_etag');
const TIME = Buffer.from('_ts');
const STAMPS = [Buffer.from('_rid'), ETAG, TIME];
const located = new Int32Array(STAMPS.length * SPAN);

function valueAt(text: Buffer, index: number): unknown {
  const [start, end] = [located[index * SPAN + 1] as number, located[index * SPAN + 2] as number];
  return end === 0 ? undefined : parse(text, start, end);
}

function parse(text: Buffer, start: number, end: number): unknown {
  return JSON.parse(text.toString('utf8', start, end));
}
