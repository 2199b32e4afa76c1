import { DocumentKey } from '../cosmos/document-key.ts';
import { faultOf } from '../cosmos/faults.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { STATUS } from '../protocol/status.ts';
import { type Pair, pointOf, type Sides, settle } from './pair.ts';

export interface RepairContext {
  readonly sides: Sides;
  readonly definition: PartitionKeyDefinition;
  /** What is written of a document of the source, where that is not the document. */
  readonly prepare?: (text: Buffer) => Buffer;
  readonly signal: AbortSignal;
}

/**
 * Makes the target's document like the source's: writes it byte for byte but for the system properties, or deletes it.
 * Touches no version that it has not seen, and looks at both again afterwards. Resolves with `undefined` once they are
 * equal, or with the reason why they are not.
 */
export async function repair(key: string, pair: Pair, context: RepairContext): Promise<string | undefined> {
  const { sides, signal } = context;
  let reason: string | undefined;
  let seen: Pair = pair;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    reason = await apply(key, seen, context);
    const { isEqual, ...now } = await settle({ key, source: null, target: null }, sides, signal);
    if (isEqual) return undefined;
    if (reason !== undefined && isSameVersions(seen, now)) return reason;
    seen = now;
  }
  return reason ?? 'it keeps changing';
}

/** A document that changes meanwhile is another one to repair. */
const ATTEMPTS = 5;

/** Resolves with what the target said against it. */
async function apply(
  key: string,
  { source, target }: Pair,
  { sides, definition, prepare = (text) => text }: RepairContext,
): Promise<string | undefined> {
  const point = pointOf(key);
  try {
    if (!source) {
      if (target) await sides.target.remove(point, target.etag);
    } else {
      const body = bodyOf(prepare(source.text), definition);
      if (target) await sides.target.replace(point, body, target.etag);
      else await sides.target.create(point, body);
    }
    return undefined;
  } catch (error) {
    const fault = faultOf(error);
    if (!fault || !REFUSALS.has(fault.status)) throw error;
    return `the target answered ${fault.status}: ${fault.message}`;
  }
}

/** What is said against one document; anything else is said against them all. */
const REFUSALS: ReadonlySet<number> = new Set([
  STATUS.badRequest,
  STATUS.notFound,
  STATUS.conflict,
  STATUS.preconditionFailed,
  STATUS.tooLarge,
]);

function bodyOf(text: Buffer, definition: PartitionKeyDefinition): Buffer {
  const key = new DocumentKey(definition);
  const kept = key.keptSpans(0, key.scan(text, 0));
  const pieces = Array.from({ length: kept.length / 2 }, (_, at) => text.subarray(kept[2 * at], kept[2 * at + 1]));
  return Buffer.concat(pieces);
}

function isSameVersions(one: Pair, other: Pair): boolean {
  return one.source?.etag === other.source?.etag && one.target?.etag === other.target?.etag;
}
