import { type Change, type Continuation, EVERYTHING, type Page, type Source } from '../../contract.ts';
import { DocumentKey } from '../../cosmos/document-key.ts';
import { FlawedRecord } from '../../formats/flawed-record.ts';
import type { PartitionKeyDefinition } from '../../protocol/partition-key.ts';
import { FlowError } from '../../support/error.ts';
import { documentIn } from './document.ts';
import type { Input } from './input.ts';
import type { InputRecord, Splitter } from './records.ts';

export interface ImportOptions {
  readonly input: Input;
  readonly split: Splitter;
  /** Makes a document of a record's: gives it the id and the partition key that the target wants. */
  readonly shape: (document: Buffer, record: number) => Buffer;
  readonly partitionKey: PartitionKeyDefinition;
  /** Records in a page, where that is to be less than usual. */
  readonly pageItemsMax?: number;
}

/**
 * The documents of an input, in its order. What is no document comes as a `FlawedRecord`. A position is a place in the
 * decompressed input, and good for the same bytes alone.
 */
export function importing({ input, split, shape, partitionKey, pageItemsMax }: ImportOptions): Source {
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(_range, from, signal) {
      const key = new DocumentKey(partitionKey);
      const place = placeOf(from, input);
      const page = new PageDraft(pageItemsMax);
      let number = place.record;
      for await (const record of split(input, place)) {
        if (signal.aborted) return;
        page.add(changeOf(record, number++, shape, key, input), record);
        if (page.isFull) yield page.finish({ digest: input.digest, record: number });
      }
      if (!page.isEmpty) yield page.finish({ digest: input.digest, record: number });
    },
  };
}

interface StoredPlace {
  readonly offset: number;
  readonly line: number;
  /** Records before it. */
  readonly record: number;
  readonly digest?: string | undefined;
}

function placeOf(from: Continuation | undefined, input: Input): StoredPlace {
  if (from === undefined) return { offset: 0, line: 1, record: 0 };
  const place = JSON.parse(from) as StoredPlace;
  if (place.digest === input.digest && input.digest !== undefined) return place;
  throw new FlowError('input_changed', `"${input.name}" is not what it was when its import began`, {
    hint: 'put the old file in its place, or import all of the new one with --restart',
  });
}

function changeOf(
  { text, line, flaw: found }: InputRecord,
  number: number,
  shape: ImportOptions['shape'],
  key: DocumentKey,
  { name }: Input,
): Change {
  try {
    if (found !== undefined) throw new Error(found);
    const document = shape(documentIn(text), number);
    key.scan(document, 0);
    assertId(key.id);
    assertKey(key.partitionKey);
    return { key: key.key, kind: 'upsert', document };
  } catch (error) {
    const why = (error as Error).message;
    const flaw = new FlowError('sink_refused', `line ${line} of "${name}" cannot be imported: ${why}`, {
      hint: 'mend it, or set such records aside with --dead-letter FILE',
      cause: error,
    });
    return new FlawedRecord(JSON.stringify(`line ${line}`), Buffer.from(text), flaw);
  }
}

function assertId(text: string): void {
  const id: unknown = JSON.parse(text || 'null');
  if (typeof id !== 'string' || id === '') throw new Error('it has no id that is a text');
  if (!id.isWellFormed()) throw new Error('its id has half a character');
}

/** Halves of characters are all one in UTF-8, and so in the hash of a key; what is too large a number has none. */
function assertKey(text: string): void {
  // As a rule there is nothing to look for: such parts have an escape, or this spelling.
  const parts: unknown[] = /\\u|1e999/.test(text) ? JSON.parse(text) : [];
  for (const part of parts) {
    if (typeof part === 'string' && !part.isWellFormed()) throw new Error('its partition key has half a character');
    if (typeof part === 'number' && !Number.isFinite(part))
      throw new Error('its partition key has a number that is too large');
  }
}

class PageDraft {
  readonly #itemsMax: number;
  #changes: Change[] = [];
  #bytes = 0;
  #last: InputRecord | undefined;

  constructor(itemsMax = RECORDS_MAX) {
    this.#itemsMax = Math.min(itemsMax, RECORDS_MAX);
  }

  get isFull(): boolean {
    return this.#changes.length >= this.#itemsMax || this.#bytes >= BYTES_MAX;
  }

  get isEmpty(): boolean {
    return this.#changes.length === 0;
  }

  add(change: Change, record: InputRecord): void {
    this.#changes.push(change);
    this.#bytes += change.document.length;
    this.#last = record;
  }

  finish(place: { readonly digest: string | undefined; readonly record: number }): Page {
    const { end: offset, endLine: line } = this.#last as InputRecord;
    const resumeAt = JSON.stringify({ offset, line, ...place } satisfies StoredPlace) as Continuation;
    const changes = this.#changes;
    this.#changes = [];
    this.#bytes = 0;
    return { changes, resumeAt };
  }
}

const RECORDS_MAX = 1000;
const BYTES_MAX = 2 * 1024 * 1024;
