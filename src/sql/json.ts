import { NOWHERE, SqlError } from './sql-error.ts';
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
  if (!nested) return Buffer.from(bounded(JSON.stringify(value)));
  const text = new Text();
  write(value, originals, text);
  return Buffer.from(text.parts.join(''));
}

/** A subquery can put the same value into a result a million times. */
const TEXT_MAX = 16 * 1024 * 1024;

function bounded(text: string): string {
  if (text.length > TEXT_MAX) throw tooLong();
  return text;
}

function tooLong(): SqlError {
  return new SqlError('A result is longer than an answer may be.', NOWHERE, 'SC9003');
}

class Text {
  readonly parts: string[] = [];
  #length = 0;

  add(part: string): void {
    this.#length += part.length;
    if (this.#length > TEXT_MAX) throw tooLong();
    this.parts.push(part);
  }
}

function write(value: Value, originals: Originals, text: Text): void {
  if (typeof value !== 'object' || value === null) {
    text.add(JSON.stringify(value) ?? 'null');
    return;
  }
  const original = originals.get(value);
  if (original) text.add(original.toString('utf8'));
  else if (Array.isArray(value)) writeArray(value, originals, text);
  else writeObject(value, originals, text);
}

function writeArray(values: readonly Value[], originals: Originals, text: Text): void {
  values.forEach((value, index) => {
    text.add(index === 0 ? '[' : ',');
    write(value, originals, text);
  });
  text.add(values.length === 0 ? '[]' : ']');
}

function writeObject(object: object, originals: Originals, text: Text): void {
  let before = '{';
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    text.add(`${before}${JSON.stringify(name)}:`);
    write(value, originals, text);
    before = ',';
  }
  text.add(before === '{' ? '{}' : '}');
}
