import type { Change } from '../contract.ts';

/** What an event says beside its document. */
export interface EventContext {
  /** Where the change happened: a URI. */
  readonly source: string;
  /** The same for every delivery of the change, and for no other change. */
  readonly id: string;
}

/**
 * A change as a CloudEvent 1.0 in structured mode: one JSON object, with the document byte for byte in `data`. The type
 * says what happened, so that a delete is not taken for a document: `cosmosflow.document.upsert`, `.create`, `.replace`,
 * `.delete` or `.expire`; or `cosmosflow.query.result`, which is of no document.
 */
export function cloudEvent(change: Change, { source, id }: EventContext): Buffer {
  const attributes = {
    specversion: '1.0',
    id,
    source,
    ...(change.isResult ? { type: 'cosmosflow.query.result' } : documentOf(change)),
    ...(change.time !== undefined && { time: timeOf(change.time) }),
    // As a text: an integer of CloudEvents has 32 bits.
    ...(change.lsn !== undefined && { lsn: String(change.lsn) }),
    datacontenttype: 'application/json',
  };
  const head = JSON.stringify(attributes).slice(0, -1);
  return Buffer.concat([Buffer.from(`${head},"data":`), change.document, END]);
}

function documentOf({ key, kind, operation }: Change): Readonly<Record<string, unknown>> {
  const [subject, ...partition] = JSON.parse(`[${key}]`) as readonly unknown[];
  return {
    type: `cosmosflow.document.${operation ?? kind}`,
    // It may not be empty.
    ...(typeof subject === 'string' && subject !== '' && { subject }),
    // An extension of the specification: events with equal ones are to stay in order.
    partitionkey: JSON.stringify(partition),
  };
}

const END = Buffer.from('}');

/** RFC 3339, from seconds since 1970. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
