import { Canonical } from '../formats/canonical.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { elementSpans, skipSpace, skipValue } from '../support/json-bytes.ts';

export interface PlaceOfDifference {
  /** JSON pointer; empty for the whole document. */
  readonly path: string;
  /** JSON texts, cut short; `undefined` where there is nothing. */
  readonly source: string | undefined;
  readonly target: string | undefined;
}

/** Where two documents differ first, in the order of names; `undefined` when they are equal but for what is omitted. */
export function firstDifference(
  source: Uint8Array,
  target: Uint8Array,
  omitted: readonly string[] = SYSTEM_PROPERTIES,
): PlaceOfDifference | undefined {
  const [one, other] = [valueAt(source, 0), valueAt(target, 0)];
  return isEqual(one, other, omitted) ? undefined : locate(one, other, '', omitted);
}

/** A JSON value within a text. */
interface Value {
  readonly text: Uint8Array;
  readonly at: number;
}

type Found = Value | undefined;

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const TEXT_MAX = 80;

function locate(one: Found, other: Found, path: string, omitted: readonly string[] = []): PlaceOfDifference {
  const [ones, others] = [partsOf(one), partsOf(other)];
  if (ones && others && ones.isArray === others.isArray) {
    const names = [...new Set([...ones.parts.keys(), ...others.parts.keys()])].filter(
      (name) => !omitted.includes(name),
    );
    if (!ones.isArray) names.sort();
    for (const name of names) {
      const [inner, otherInner] = [ones.parts.get(name), others.parts.get(name)];
      if (!isEqual(inner, otherInner)) return locate(inner, otherInner, `${path}/${inPointer(name)}`);
    }
  }
  return { path, source: textOf(one), target: textOf(other) };
}

function isEqual(one: Found, other: Found, omitted: readonly string[] = []): boolean {
  if (!one || !other) return one === other;
  const first = Buffer.from(new Canonical(omitted).write(one.text, one.at));
  return first.equals(new Canonical(omitted).write(other.text, other.at));
}

/** Members by name, or elements by index. */
function partsOf(value: Found): { isArray: boolean; parts: Map<string, Value> } | undefined {
  if (!value) return undefined;
  const { text, at } = value;
  if (text[at] === OPEN_ARRAY) {
    const spans = elementSpans(text, at);
    const starts = spans.filter((_, index) => index % 2 === 0);
    return { isArray: true, parts: new Map(starts.map((start, index) => [String(index), { text, at: start }])) };
  }
  return text[at] === OPEN_OBJECT ? { isArray: false, parts: membersOf(text, at) } : undefined;
}

function membersOf(text: Uint8Array, at: number): Map<string, Value> {
  const members = new Map<string, Value>();
  let next = skipSpace(text, at + 1);
  while (text[next] === QUOTE) {
    const nameEnd = skipValue(text, next);
    const name = JSON.parse(Buffer.from(text.subarray(next, nameEnd)).toString('utf8')) as string;
    const value = valueAt(text, skipSpace(text, nameEnd) + 1);
    members.set(name, value);
    next = skipSpace(text, skipValue(text, value.at));
    if (text[next] === COMMA) next = skipSpace(text, next + 1);
  }
  return members;
}

const QUOTE = 0x22;
const COMMA = 0x2c;

function valueAt(text: Uint8Array, at: number): Value {
  return { text, at: skipSpace(text, at) };
}

function textOf(value: Found): string | undefined {
  if (!value) return undefined;
  const text = Buffer.from(value.text.subarray(value.at, skipValue(value.text, value.at))).toString('utf8');
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

function inPointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
