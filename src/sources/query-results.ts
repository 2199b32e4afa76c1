import type { Change, Range } from '../contract.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';
import { findMember, SPAN, skipValue } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';
import { shortName } from './query-progress.ts';

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

/** When the document of a result was written, in seconds since 1970; `undefined` where it does not say. */
export function timeOf({ stamps }: Result): number | undefined {
  const time = stamps && stamped(stamps, TIME);
  return typeof time === 'number' ? time : undefined;
}

/** A short name for the version that a result is of; `undefined` where it does not say. */
export function versionOf({ stamps }: Result): string | undefined {
  const etag = stamps && stamped(stamps, ETAG);
  return typeof etag === 'string' ? shortName(String(stamped(stamps as Buffer, RID)), etag) : undefined;
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

  get isResult(): boolean {
    return this.#key === undefined;
  }

  get version(): string | undefined {
    const etag = this.#stamps && stamped(this.#stamps, ETAG);
    if (typeof etag !== 'string') return undefined;
    // What a query makes of a version is another thing than the version, or than what another query makes of it.
    return this.#stamps === this.document ? etag : `${etag} ${this.#place.query}`;
  }

  get time(): number | undefined {
    return timeOf({ document: this.document, stamps: this.#stamps });
  }
}

const DOCUMENTS = Buffer.from('Documents');
const PAYLOAD = Buffer.from('payload');
const RID = [Buffer.from('_rid')];
const ETAG = [Buffer.from('_etag')];
const TIME = [Buffer.from('_ts')];
const span = new Int32Array(SPAN);

function stamped(text: Buffer, name: readonly Buffer[]): unknown {
  jsonScanner.locateMembers(text, 0, name, span);
  const [, start, end] = span;
  return end === 0 ? undefined : JSON.parse(text.toString('utf8', start, end));
}
