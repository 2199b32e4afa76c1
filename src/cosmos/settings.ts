import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { propertyNames } from '../protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { memberSpans } from '../support/json-bytes.ts';

/** A part of a document. */
export interface Setting {
  /** From the outside to the inside. */
  readonly names: readonly string[];
  /** JSON text. */
  readonly value: Buffer;
}

/**
 * The parts of a document but for the id, the partition key and the system properties. What lies beside a part of the key,
 * in the same object, is a part of its own.
 */
export function settingsOf(document: Buffer, { paths }: PartitionKeyDefinition): readonly Setting[] {
  const kept = [['id'], ...SYSTEM_PROPERTIES.map((name) => [name]), ...paths.map(propertyNames)];
  return settingsIn(document, 0, [], kept);
}

/** Operations of a patch that set parts of a document: a JSON array. */
export function patchOf(settings: readonly Setting[]): Buffer {
  const operations = settings.flatMap(({ names, value }) => {
    const pointer = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
    return [Buffer.from(`,{"op":"set","path":${JSON.stringify(pointer)},"value":`), value, Buffer.from('}')];
  });
  return Buffer.concat([Buffer.from('['), Buffer.concat(operations).subarray(1), Buffer.from(']')]);
}

/** Limit of the service. */
export const SETTINGS_MAX = 10;

function settingsIn(
  document: Buffer,
  at: number,
  outer: readonly string[],
  kept: readonly (readonly string[])[],
): readonly Setting[] {
  const spans: number[] = [];
  const count = memberSpans(document, at, spans);
  const byName = new Map<string, readonly Setting[]>();
  for (let span = 0; span < count; span += 4) {
    const [nameStart = 0, nameEnd = 0, start = 0, end = 0] = spans.slice(span, span + 4);
    const name = JSON.parse(document.toString('utf8', nameStart, nameEnd)) as string;
    const deeper = kept.filter(([first]) => first === name).map((names) => names.slice(1));
    const names = [...outer, name];
    // Of members with one name the last counts.
    if (deeper.length === 0) byName.set(name, [{ names, value: document.subarray(start, end) }]);
    else if (deeper.some((names) => names.length === 0) || document[start] !== OPEN_OBJECT) byName.set(name, []);
    else byName.set(name, settingsIn(document, start, names, deeper));
  }
  return [...byName.values()].flat();
}

const OPEN_OBJECT = 0x7b;
