import type { Change, Source } from '../contract.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import { nearest } from '../pipelines/suggestion.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { firstPage } from '../sources/first-page.ts';
import { FlowError } from '../support/error.ts';

/** Refuses a key for a new container, as `assertKnown` does, by the first documents of its source. */
export async function assertKnownFirst(
  source: Source,
  key: PartitionKeyDefinition,
  signal: AbortSignal,
): Promise<void> {
  const first: Change[] = [];
  for (const start of (await source.starts()).slice(0, RANGES_MAX)) {
    first.push(...((await firstPage(source, start, signal))?.changes ?? []));
    if (first.length > 0 && unknownOf(first, key) === undefined) return;
  }
  assertKnown(first, key);
}

/** Refuses a key of which a part is in no document: all would be in one place, and no container changes its key. */
export function assertKnown(changes: readonly Change[], key: PartitionKeyDefinition): void {
  const documents = changes.filter(isDocument);
  const path = unknownOf(documents, key);
  if (path === undefined || documents.length === 0) return;
  const known = [...new Set(documents.flatMap(namesIn))];
  const names = propertyNames(path);
  const meant = names.length === 1 ? nearest(names[0] as string, known) : undefined;
  const all =
    documents.length === 1
      ? 'the first document does not have'
      : `none of the first ${documents.length.toLocaleString('en-US')} documents has`;
  throw new FlowError('usage', `the target would be partitioned by "${path}", which ${all}`, {
    hint: [
      ...(meant === undefined ? [] : [`did you mean "/${meant}"?`]),
      `name what they have with --target-partition-key: ${known.slice(0, NAMES_MAX).join(', ')}${known.length > NAMES_MAX ? ' …' : ''}`,
    ].join(' '),
  });
}

/** Of a container with hundreds of ranges, and of documents with hundreds of properties. */
const RANGES_MAX = 16;
const NAMES_MAX = 12;

function isDocument(change: Change): boolean {
  return change.kind === 'upsert' && !(change instanceof FlawedRecord);
}

/** The first path of the key that leads nowhere in any of the documents. */
function unknownOf(changes: readonly Change[], { paths }: PartitionKeyDefinition): string | undefined {
  const keys = changes.filter(isDocument).map(({ key }) => JSON.parse(`[${key}]`) as unknown[]);
  // A part that is missing is an object.
  return paths.find((_, index) => keys.every((key) => typeof key[index + 1] === 'object' && key[index + 1] !== null));
}

function namesIn({ document }: Change): string[] {
  const names = Object.keys(JSON.parse(Buffer.from(document).toString('utf8')) as object);
  return names.filter((name) => !SYSTEM_PROPERTIES.includes(name));
}
