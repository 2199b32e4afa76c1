import type { Value } from './value.ts';

/** The bytes that parsed documents were read from. */
export type Originals = WeakMap<object, Buffer>;

/**
 * A result as JSON. A whole document goes out byte for byte as it came, also inside of a result when `nested`: numbers
 * past 2^53, `1.0` and the like are not what they were once they have been parsed.
 */
export function writeResult(value: Value, originals: Originals, nested: boolean): Buffer {
  if (Buffer.isBuffer(value)) return value;
  const original = typeof value === 'object' && value !== null ? originals.get(value) : undefined;
  if (original) return original;
  return Buffer.from(nested ? textOf(value, originals) : JSON.stringify(value));
}

function textOf(value: Value, originals: Originals): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const original = originals.get(value);
  if (original) return original.toString('utf8');
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, originals)).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${textOf(member, originals)}`).join(',')}}`;
}
