import { effectivePartitionKey, effectivePartitionKeyOfText } from '../protocol/effective-partition-key.ts';
import {
  formatKey,
  type KeyComponent,
  type PartitionKeyDefinition,
  parseKey,
  propertyNames,
} from '../protocol/partition-key.ts';
import { SUBSTATUS } from '../protocol/status.ts';
import { badRequest } from './refusal.ts';

/** A partition key as the store needs it: `text` is equal for equal keys, `epk` places it in a range. */
export interface Key {
  readonly text: string;
  readonly epk: string;
}

/** Reads a partition key that must name one logical partition. */
export function parseWholeKey(text: string | undefined, definition: PartitionKeyDefinition): Key {
  const components = text === undefined ? [] : parseComponents(text, definition);
  if (text !== undefined && components.length === definition.paths.length) return keyOf(components, definition);
  throw badRequest(
    'The partition key supplied in x-ms-partitionkey header has fewer components than defined in the the collection.',
    SUBSTATUS.partitionKeyMismatch,
  );
}

/** Reads a partition key of which the last levels may be missing. */
export function parseComponents(text: string, definition: PartitionKeyDefinition): KeyComponent[] {
  const components = parseKey(text);
  if (!components) throw badRequest(`Partition key ${text} is invalid.`);
  if (components.length > definition.paths.length) {
    throw badRequest(
      'The partition key has more components than defined in the collection.',
      SUBSTATUS.partitionKeyMismatch,
    );
  }
  if (components.some((component) => typeof component === 'string' && Buffer.byteLength(component) > VALUE_BYTES_MAX)) {
    throw badRequest(`A value of the partition key is longer than ${VALUE_BYTES_MAX} bytes.`);
  }
  // An empty array comes from clients of containers without a key of their own: it means "no value".
  return components.length === 0 && definition.kind !== 'MultiHash' ? [undefined] : components;
}

export function keyOf(components: readonly KeyComponent[], definition: PartitionKeyDefinition): Key {
  return { text: canonical(components), epk: epkOf(components, definition) };
}

/** Throws unless the document's own key is the one that the request was addressed to. */
export function refuseOtherKey(own: readonly KeyComponent[], key: Key): void {
  if (own.some((component) => typeof component === 'number' && !Number.isFinite(component))) {
    throw badRequest('The partition key of the document has a number that is too large.');
  }
  if (canonical(own) === key.text) return;
  throw badRequest(
    "PartitionKey extracted from document doesn't match the one specified in the header",
    SUBSTATUS.partitionKeyMismatch,
  );
}

/** Throws when one of the paths is that of a part of the partition key, which cannot change. */
export function refuseKeyPaths(paths: readonly (readonly string[])[], definition: PartitionKeyDefinition): void {
  const own = definition.paths.map((path) => JSON.stringify(propertyNames(path)));
  const wrong = paths.find((path) => own.includes(JSON.stringify(path)));
  if (wrong) throw badRequest(`Invalid patch request: Cannot patch partition key property ${wrong.join('/')}.`);
}

const VALUE_BYTES_MAX = 2048;

function canonical(components: readonly KeyComponent[]): string {
  // Zero and minus zero have different hashes, but JSON.stringify writes both as 0.
  if (components.some((component) => Object.is(component, -0))) {
    return `[${components.map((component) => (Object.is(component, -0) ? '-0' : formatKey([component]).slice(1, -1)))}]`;
  }
  return formatKey(components);
}

function epkOf(components: readonly KeyComponent[], definition: PartitionKeyDefinition): string {
  const [first] = components;
  if (components.length === 1 && definition.version === 2 && typeof first === 'string') {
    return effectivePartitionKeyOfText(Buffer.from(first));
  }
  return effectivePartitionKey(components, definition);
}
