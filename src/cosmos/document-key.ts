import { effectivePartitionKey, effectivePartitionKeyOfText } from '../protocol/effective-partition-key.ts';
import { type KeyComponent, type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { isSpace, locateMembers, SPAN } from '../support/json-bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;

interface Path {
  /** Where the spans of its first name are. */
  readonly at: number;
  readonly rest: readonly Buffer[];
}

/**
 * Reads id, partition key and system properties of documents from their bytes. One scan serves all three: `scan`
 * remembers where things are until the next scan.
 */
export class DocumentKey {
  readonly #definition: PartitionKeyDefinition;
  readonly #paths: readonly Path[];
  readonly #names: readonly Buffer[];
  /** Which of the names are those of system properties. */
  readonly #system: readonly number[];
  readonly #spans: Int32Array;
  readonly #repeats: number[] = [];
  readonly #nested = new Int32Array(SPAN);
  #text: Buffer = Buffer.alloc(0);

  constructor(definition: PartitionKeyDefinition) {
    this.#definition = definition;
    const paths = definition.paths.map(propertyNames);
    // A name has one place only: a key may be the id, and two parts of a key may lie in the same property.
    const names = [...new Set(['id', ...paths.map(([first = '']) => first), ...SYSTEM_PROPERTIES])];
    this.#paths = paths.map(([first = '', ...rest]) => ({
      at: names.indexOf(first) * SPAN,
      rest: rest.map((name) => Buffer.from(name)),
    }));
    this.#names = names.map((name) => Buffer.from(name));
    this.#system = SYSTEM_PROPERTIES.map((name) => names.indexOf(name));
    this.#spans = new Int32Array(this.#names.length * SPAN);
  }

  /** Scans the document that starts at `at`; returns the offset after it. */
  scan(text: Buffer, at: number): number {
    this.#text = text;
    this.#repeats.length = 0;
    return locateMembers(text, at, this.#names, this.#spans, this.#repeats);
  }

  /** Equal for all versions of the document. */
  get key(): string {
    let key = this.#textOf(this.#spans[1] as number, this.#spans[2] as number);
    for (let path = 0; path < this.#paths.length; path++) key += `,${this.#component(path)}`;
    return key;
  }

  /** JSON text of the id. */
  get id(): string {
    return this.#textOf(this.#spans[1] as number, this.#spans[2] as number);
  }

  /** JSON text of the partition key: an array, `{}` for a missing property. */
  get partitionKey(): string {
    let text = `[${this.#component(0)}`;
    for (let path = 1; path < this.#paths.length; path++) text += `,${this.#component(path)}`;
    return `${text}]`;
  }

  /** Where the document lies in the key space. */
  get epk(): string {
    if (this.#paths.length === 1 && this.#definition.version === 2 && this.#definition.kind !== 'MultiHash') {
      const [start, end] = this.#valueAt(0);
      if (isPlainString(this.#text, start, end)) {
        return effectivePartitionKeyOfText(this.#text.subarray(start + 1, end - 1));
      }
    }
    const values = this.#paths.map((_, path): KeyComponent => parseComponent(this.#component(path)));
    return effectivePartitionKey(values, this.#definition);
  }

  /** Offsets, in pairs and ascending, of what remains when the system properties are cut out of `[start, end)`. */
  keptSpans(start: number, end: number): number[] {
    const cuts: number[] = [];
    for (const name of this.#system) {
      const valueEnd = this.#spans[name * SPAN + 2] as number;
      if (valueEnd > 0) insert(cuts, this.#spans[name * SPAN] as number, valueEnd);
    }
    for (let at = 0; at < this.#repeats.length; at += SPAN) {
      const [name = 0, nameStart = 0, valueEnd = 0] = this.#repeats.slice(at, at + SPAN);
      if (this.#system.includes(name)) insert(cuts, nameStart, valueEnd);
    }
    return keepAround(this.#text, start, end, cuts);
  }

  #component(path: number): string {
    const [start, end] = this.#valueAt(path);
    return end === 0 ? '{}' : this.#textOf(start, end);
  }

  #valueAt(path: number): readonly [number, number] {
    const { at, rest } = this.#paths[path] as Path;
    let start = this.#spans[at + 1] as number;
    let end = this.#spans[at + 2] as number;
    for (const name of rest) {
      if (end === 0 || this.#text[start] !== OPEN_OBJECT) return [0, 0];
      locateMembers(this.#text, start, [name], this.#nested);
      start = this.#nested[1] as number;
      end = this.#nested[2] as number;
    }
    return [start, end];
  }

  /** The value in one spelling: equal values give equal texts. */
  #textOf(start: number, end: number): string {
    const text = this.#text.toString('utf8', start, end);
    if (isPlainString(this.#text, start, end)) return text;
    const value: unknown = end === 0 ? undefined : JSON.parse(text);
    if (typeof value === 'object' && value !== null) return '{}';
    // The service hashes -0 as another number than 0, which is what JSON.stringify makes of it.
    return Object.is(value, -0) ? '-0' : (JSON.stringify(value) ?? '{}');
  }
}

function isPlainString(text: Buffer, start: number, end: number): boolean {
  if (text[start] !== QUOTE) return false;
  for (let at = start + 1; at < end - 1; at++) if (text[at] === BACKSLASH) return false;
  return true;
}

function parseComponent(text: string): KeyComponent {
  return text === '{}' ? undefined : JSON.parse(text);
}

/** Adds a pair of offsets to ascending pairs. The service writes its properties in one order, so it mostly comes last. */
function insert(pairs: number[], start: number, end: number): void {
  let at = pairs.length;
  for (; at > 0 && (pairs[at - 2] as number) > start; at -= 2) {
    pairs[at] = pairs[at - 2] as number;
    pairs[at + 1] = pairs[at - 1] as number;
  }
  pairs[at] = start;
  pairs[at + 1] = end;
}

function keepAround(text: Buffer, start: number, end: number, cuts: readonly number[]): number[] {
  const kept: number[] = [];
  let from = start;
  for (let at = 0; at < cuts.length; at += 2) {
    const nameStart = cuts[at] as number;
    const valueEnd = cuts[at + 1] as number;
    const comma = previousComma(text, nameStart);
    if (comma >= from) {
      if (comma > from) kept.push(from, comma);
      from = valueEnd;
    } else {
      // The first member takes the comma behind it along, if there is one.
      kept.push(from, nameStart);
      from = nextAfterComma(text, valueEnd);
    }
  }
  kept.push(from, end);
  return kept;
}

function previousComma(text: Buffer, at: number): number {
  let before = at - 1;
  while (isSpace(text[before])) before--;
  return text[before] === 0x2c ? before : -1;
}

function nextAfterComma(text: Buffer, at: number): number {
  let after = at;
  while (isSpace(text[after])) after++;
  return text[after] === 0x2c ? after + 1 : at;
}
