import { type Change, type Continuation, EVERYTHING, type Source } from '../../contract.ts';
import { DocumentKey } from '../../cosmos/document-key.ts';
import { FlawedRecord } from '../../formats/flawed-record.ts';
import type { PartitionKeyDefinition } from '../../protocol/partition-key.ts';
import { FlowError } from '../../support/error.ts';
import { documentIn, firstByte, OPEN_ARRAY } from './document.ts';
import { type GroupLimits, groups } from './groups.ts';
import type { Input } from './input.ts';
import type { InputRecord, Place, Splitter } from './records.ts';

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
 * The documents of an input, in its order; of one that comes while it is read, soon after they came. What is no document
 * comes as a `FlawedRecord`. A position is a place in the decompressed input, and good for the same bytes alone.
 */
export function importing({ input, split, shape, partitionKey, pageItemsMax }: ImportOptions): Source {
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(_range, from, signal) {
      const key = new DocumentKey(partitionKey);
      const place = placeOf(from, input);
      const over = new AbortController();
      const records = split(input, place, AbortSignal.any([signal, over.signal]));
      let number = place.record;
      try {
        for await (const group of groups(records, limitsOf(input, pageItemsMax))) {
          const changes = group.map((record) => changeOf(record, number++, shape, key, input));
          yield { changes, resumeAt: placeAfter(group.at(-1) as InputRecord, number, input) };
          if (signal.aborted) return;
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        over.abort();
      }
    },
  };
}

function limitsOf({ isLive }: Input, pageItemsMax = RECORDS_MAX): GroupLimits<InputRecord> {
  return {
    itemsMax: Math.min(pageItemsMax, RECORDS_MAX),
    bytesMax: BYTES_MAX,
    bytesOf: ({ text }) => text.length,
    lingerMs: isLive ? LINGER_MS : undefined,
  };
}

const RECORDS_MAX = 1000;
const BYTES_MAX = 2 * 1024 * 1024;
/** Short for who looks on, and long for what comes in many small pieces. */
const LINGER_MS = 100;

interface StoredPlace extends Place {
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

function placeAfter({ end: offset, endLine: line }: InputRecord, record: number, { digest }: Input): Continuation {
  return JSON.stringify({ offset, line, digest, record } satisfies StoredPlace) as Continuation;
}

function changeOf(
  record: InputRecord,
  number: number,
  shape: ImportOptions['shape'],
  key: DocumentKey,
  { name }: Input,
): Change {
  const { text, flaw: found } = record;
  try {
    if (found !== undefined) throw new Error(found);
    const document = shape(documentIn(text), number);
    key.scan(document, 0);
    assertId(key.id);
    assertKey(key.partitionKey);
    return { key: key.key, kind: 'upsert', document };
  } catch (error) {
    const why = (error as Error).message;
    const { line, element } = record;
    const [which, where] = element === undefined ? [`line ${line}`, ''] : [`element ${element}`, `, in line ${line},`];
    const flaw = new FlowError('input_flawed', `${which} of "${name}"${where} cannot be imported: ${why}`, {
      hint: firstByte(text) === OPEN_ARRAY ? 'if all of it is one JSON array, say so: --format json' : 'mend it',
      cause: error,
    });
    return new FlawedRecord(JSON.stringify(which), Buffer.from(text), flaw);
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
