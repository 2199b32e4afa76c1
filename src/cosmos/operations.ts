import type { Change } from '../contract.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { asBuffer } from '../support/buffers.ts';
import { DocumentKey } from './document-key.ts';
import { type Operation, type Phrasing, upserting } from './phrases.ts';
import type { Route } from './routing.ts';

export interface Batch {
  readonly rangeId: string;
  readonly batch: readonly Operation[];
}

/** A batch, and how much it may hold of what has the same place. */
export interface Group extends Batch {
  readonly place: string;
  readonly bytes: number;
  readonly itemsMax: number;
  readonly bytesMax: number;
}

/** What a batch may hold; less than what the service allows. */
export interface BatchLimits {
  itemsMax(rangeId: string): number;
  bytesMax(rangeId: string): number;
  /** Whether all operations of a batch have one partition key. */
  readonly byKey?: boolean | undefined;
}

/** Makes operations of changes, for a container with one way to find a document's key. */
export class Operations {
  readonly #key: DocumentKey;
  readonly #phrase: Phrasing;

  constructor(definition: PartitionKeyDefinition, phrase: Phrasing = upserting) {
    this.#key = new DocumentKey(definition);
    this.#phrase = phrase;
  }

  /** Batches that the service takes: one physical range each, no more operations or bytes than it allows. */
  group(changes: readonly Change[], route: Route, limits: BatchLimits = WHATEVER_IS_ALLOWED): Group[] {
    const full: Group[] = [];
    const open = new Map<string, Open>();
    for (const change of changes) {
      const operation = this.#operation(change);
      const rangeId = this.#rangeId(route);
      const place = limits.byKey ? `${rangeId} ${this.#key.partitionKey}` : rangeId;
      const found = open.get(place);
      if (found && fits(found, operation)) {
        found.batch.push(operation);
        found.bytes += operation.bytes;
        continue;
      }
      if (found) full.push(found);
      open.set(place, {
        rangeId,
        place,
        batch: [operation],
        bytes: operation.bytes,
        itemsMax: Math.min(OPERATIONS_MAX, limits.itemsMax(rangeId)),
        bytesMax: Math.min(BATCH_BYTES_MAX, limits.bytesMax(rangeId)),
      });
    }
    return [...full, ...open.values()];
  }

  /** Of the range of the document that was scanned last. */
  #rangeId(route: Route): string {
    const start = this.#key.epkStart;
    return (start === undefined ? undefined : route.byStart(start)) ?? route.byKey(this.#key.epk);
  }

  #operation(change: Change): Operation {
    const end = this.#key.scan(asBuffer(change.document), 0);
    return this.#phrase(change, this.#key, end);
  }
}

interface Open extends Group {
  readonly batch: Operation[];
  bytes: number;
}

/** Whether a batch may hold one more. */
export function fits({ batch, bytes, itemsMax, bytesMax }: Group, operation: Operation): boolean {
  return batch.length < itemsMax && bytes + operation.bytes <= bytesMax;
}

/** How long the text of a batch is, at most. */
export function bytesOf(batch: readonly Operation[]): number {
  return batch.reduce((sum, { bytes }) => sum + bytes, 2);
}

/** Writes the text of a batch, the body of its request, to the start of a buffer; returns that part of it. */
export function writeBatch(batch: readonly Operation[], body: Buffer): Buffer {
  let at = 0;
  for (const { head, document, kept } of batch) {
    body[at] = at === 0 ? OPEN_ARRAY : COMMA;
    at++;
    at += body.write(head, at);
    for (let span = 0; span < kept.length; span += 2) {
      at += copy(document, kept[span] as number, kept[span + 1] as number, body, at);
    }
    body[at++] = CLOSE_OBJECT;
  }
  body[at++] = CLOSE_ARRAY;
  return body.subarray(0, at);
}

function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  // Behind the system properties there is one brace: for that, a call is dear.
  if (end - start !== 1) return from.copy(to, at, start, end);
  to[at] = from[start] as number;
  return 1;
}

/** Limits of the service, the second as its SDKs keep it. */
export const OPERATIONS_MAX = 100;
export const BATCH_BYTES_MAX = 220_201;

const WHATEVER_IS_ALLOWED: BatchLimits = { itemsMax: () => OPERATIONS_MAX, bytesMax: () => BATCH_BYTES_MAX };

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const CLOSE_OBJECT = 0x7d;
