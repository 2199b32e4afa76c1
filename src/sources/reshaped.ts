import type { Change, Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import { memberIn } from '../formats/member.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { asBuffer } from '../support/buffers.ts';
import { FlowError } from '../support/error.ts';
import { AlteredChange } from './altered-change.ts';
import type { Shape } from './shape.ts';

/** A change of a document that has another id or key than it had. */
export class ReshapedChange extends AlteredChange {
  /** Its key before. */
  readonly origin: string;
  readonly #key: string;

  constructor(original: Change, document: Uint8Array, key: string) {
    super(original, document);
    this.origin = original.key;
    this.#key = key;
  }

  override get key(): string {
    return this.#key;
  }
}

/**
 * The same source with another id and key for each document. `partitionKey` is that of the new keys. A document that
 * does not fit, or would lose a value by it, comes as a `FlawedRecord`.
 */
export function reshaped(source: Source, shape: Shape, partitionKey: PartitionKeyDefinition): Source {
  const key = new DocumentKey(partitionKey);
  const names = partitionKey.paths.flatMap((path) => propertyNames(path).slice(0, 1));
  const reshape = (change: Change): Change => {
    if (change instanceof FlawedRecord) return change;
    const document = asBuffer(change.document);
    try {
      const made = shape(document, 0);
      for (const name of names) assertKept(document, made, name);
      key.scan(made, 0);
      return new ReshapedChange(change, made, key.key);
    } catch (error) {
      return flawed(change, error);
    }
  };
  return {
    ...source,
    async *pages(range, from, signal) {
      for await (const page of source.pages(range, from, signal)) {
        yield { ...page, changes: page.changes.map(reshape) };
      }
    },
  };
}

/** A key may take a free place, or be what is there already. */
function assertKept(before: Buffer, after: Buffer, name: string): void {
  const [had, has] = [memberIn(before, name), memberIn(after, name)];
  if (had === undefined || had === has) return;
  throw new Error(`its ${name} is ${had} already, and would become ${has}`);
}

function flawed(change: Change, error: unknown): FlawedRecord {
  if (error instanceof FlowError) throw error;
  const { key, document } = change;
  const flaw = new FlowError('sink_refused', `the document ${key} has no new key: ${(error as Error).message}`, {
    hint: 'choose other rules, leave it out with --where, or set it aside with --dead-letter FILE',
    cause: error,
  });
  return new FlawedRecord(key, Uint8Array.from(document), flaw);
}
