import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { propertyNames } from '../protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { memberSpans } from '../support/json-bytes.ts';

/**
 * The parts of a document as operations of a patch that set them, but for the id, the partition key and the system
 * properties: objects, in bytes. What lies beside a part of the key, in the same object, is set on its own.
 */
export function settingsOf(document: Buffer, { paths }: PartitionKeyDefinition): Buffer[] {
  const kept = [['id'], ...SYSTEM_PROPERTIES.map((name) => [name]), ...paths.map(propertyNames)];
  return settingsIn(document, 0, '', kept);
}

/** Limit of the service. */
export const SETTINGS_MAX = 10;

function settingsIn(document: Buffer, at: number, path: string, kept: readonly (readonly string[])[]): Buffer[] {
  const spans: number[] = [];
  const count = memberSpans(document, at, spans);
  const byName = new Map<string, Buffer[]>();
  for (let span = 0; span < count; span += 4) {
    const [nameStart = 0, nameEnd = 0, start = 0, end = 0] = spans.slice(span, span + 4);
    const name = JSON.parse(document.toString('utf8', nameStart, nameEnd)) as string;
    const deeper = kept.filter(([first]) => first === name).map((names) => names.slice(1));
    const pointer = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    // Of members with one name the last counts.
    if (deeper.length === 0) byName.set(name, [setting(pointer, document.subarray(start, end))]);
    else if (deeper.some((names) => names.length === 0) || document[start] !== OPEN_OBJECT) byName.set(name, []);
    else byName.set(name, settingsIn(document, start, pointer, deeper));
  }
  return [...byName.values()].flat();
}

const OPEN_OBJECT = 0x7b;

function setting(pointer: string, value: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`{"op":"set","path":${JSON.stringify(pointer)},"value":`),
    value,
    Buffer.from('}'),
  ]);
}
