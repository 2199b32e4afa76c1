import { effectivePartitionKey, effectivePartitionKeyStart } from '../protocol/effective-partition-key.ts';
import { type KeyComponent, type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { isSpace, locateMembers, SPAN } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
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
  /** Whether one text may be all that is hashed. */
  readonly #hasTextHash: boolean;
  readonly #paths: readonly Path[];
  readonly #names: readonly Buffer[];
  /** Which of the names are those of system properties. */
  readonly #system: readonly number[];
  readonly #spans: Int32Array;
  readonly #repeats: number[] = [];
  readonly #nested = new Int32Array(SPAN);
  /** Offsets, in pairs and ascending, of what `keptSpans` cuts out; behind them those of an earlier document. */
  readonly #cuts: number[] = [];
  #text: Buffer = Buffer.alloc(0);

  constructor(definition: PartitionKeyDefinition) {
    this.#definition = definition;
    this.#hasTextHash = definition.paths.length === 1 && definition.version === 2 && definition.kind !== 'MultiHash';
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

  /** Scans the document that starts at `at`; returns the offset after it. The text should be little more than that. */
  scan(text: Buffer, at: number): number {
    this.#text = text;
    if (this.#repeats.length > 0) this.#repeats.length = 0;
    return jsonScanner.locateMembers(text, at, this.#names, this.#spans, this.#repeats);
  }

  /** Equal for all versions of the document. */
  get key(): string {
    const plain = this.#copyComponents(copyPlain(this.#text, this.#spans[1] as number, this.#spans[2] as number, 0));
    if (plain > 0) return copied.toString('utf8', 0, plain);
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
    const plain = this.#copyComponents(0);
    if (plain > 0) {
      copied[0] = OPEN_ARRAY;
      copied[plain] = CLOSE_ARRAY;
      return copied.toString('utf8', 0, plain + 1);
    }
    let text = `[${this.#component(0)}`;
    for (let path = 1; path < this.#paths.length; path++) text += `,${this.#component(path)}`;
    return `${text}]`;
  }

  /** JSON text of `partitionKey`, which is a text. */
  get quotedPartitionKey(): string {
    copied[0] = QUOTE;
    copied[1] = OPEN_ARRAY;
    let next = 1;
    for (let path = 0; path < this.#paths.length; path++) {
      const [start, end] = this.#valueAt(path);
      if (path > 0) copied[next] = COMMA;
      next = copyQuoted(this.#text, start, end, next + 1);
      if (next < 0) return JSON.stringify(this.partitionKey);
    }
    copied[next] = CLOSE_ARRAY;
    copied[next + 1] = QUOTE;
    return copied.toString('utf8', 0, next + 2);
  }

  /** Where the document lies in the key space. */
  get epk(): string {
    const values = this.#paths.map((_, path): KeyComponent => parseComponent(this.#component(path)));
    return effectivePartitionKey(values, this.#definition);
  }

  /** The first 32 bits of `epk`, where they are cheaper to have than the whole. */
  get epkStart(): number | undefined {
    if (!this.#hasTextHash) return undefined;
    const [start, end] = this.#valueAt(0);
    if (!isPlainString(this.#text, start, end)) return undefined;
    return effectivePartitionKeyStart(this.#text, start + 1, end - 1);
  }

  /** JSON text of a system property; `undefined` when the document does not have it. */
  systemProperty(name: string): string | undefined {
    const at = (this.#system[SYSTEM_PROPERTIES.indexOf(name)] as number) * SPAN;
    const end = this.#spans[at + 2] as number;
    return end === 0 ? undefined : this.#text.toString('utf8', this.#spans[at + 1] as number, end);
  }

  /** Offsets, in pairs and ascending, of what remains when the system properties are cut out of `[start, end)`. */
  keptSpans(start: number, end: number): number[] {
    const cuts = this.#cuts;
    let length = 0;
    for (let index = 0; index < this.#system.length; index++) {
      const at = (this.#system[index] as number) * SPAN;
      const valueEnd = this.#spans[at + 2] as number;
      if (valueEnd > 0) length = insert(cuts, length, this.#spans[at] as number, valueEnd);
    }
    for (let at = 0; at < this.#repeats.length; at += SPAN) {
      if (this.#system.includes(this.#repeats[at] as number)) {
        length = insert(cuts, length, this.#repeats[at + 1] as number, this.#repeats[at + 2] as number);
      }
    }
    return keepAround(this.#text, start, end, cuts, length);
  }

  /** Copies a comma and the value of each path to `at` of `copied`, as `copyPlain` does; -1 if `at` is that. */
  #copyComponents(at: number): number {
    let next = at;
    for (let path = 0; path < this.#paths.length && next >= 0; path++) {
      const [start, end] = this.#valueAt(path);
      copied[next] = COMMA;
      next = copyPlain(this.#text, start, end, next + 1);
    }
    return next;
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
    if (Object.is(value, -0)) return '-0';
    // Of what is too large for a number it would make null, which is another key.
    if (value === Number.POSITIVE_INFINITY) return '1e999';
    if (value === Number.NEGATIVE_INFINITY) return '-1e999';
    return JSON.stringify(value) ?? '{}';
  }
}

/** Where keys are put together that need no other spelling: decoding bytes once costs less than joining texts. */
const copied = Buffer.alloc(1024);

/**
 * Copies a string without escapes to `at` of `copied`; returns the offset after it. Leaves room for one byte more.
 * Any other value, and no room: -1.
 */
function copyPlain(text: Buffer, start: number, end: number, at: number): number {
  if (end === 0 || text[start] !== QUOTE || at + (end - start) >= copied.length) return -1;
  let next = at;
  for (let from = start; from < end; from++) {
    const byte = text[from] as number;
    if (byte === BACKSLASH) return -1;
    copied[next++] = byte;
  }
  return next;
}

/** As `copyPlain`, with a backslash before each of its quotes. Leaves room for two bytes more. */
function copyQuoted(text: Buffer, start: number, end: number, at: number): number {
  copied[at] = BACKSLASH;
  const next = copyPlain(text, start, end, at + 1);
  if (next < 0 || next + 3 > copied.length) return -1;
  copied[next - 1] = BACKSLASH;
  copied[next] = QUOTE;
  return next + 1;
}

function isPlainString(text: Buffer, start: number, end: number): boolean {
  if (end === 0 || text[start] !== QUOTE) return false;
  for (let at = start + 1; at < end - 1; at++) if (text[at] === BACKSLASH) return false;
  return true;
}

function parseComponent(text: string): KeyComponent {
  return text === '{}' ? undefined : JSON.parse(text);
}

/**
 * Adds a pair of offsets to the ascending pairs of the first `length` numbers; returns the new length. The service
 * writes its properties in one order, so it mostly comes last.
 */
function insert(pairs: number[], length: number, start: number, end: number): number {
  let at = length;
  for (; at > 0 && (pairs[at - 2] as number) > start; at -= 2) {
    pairs[at] = pairs[at - 2] as number;
    pairs[at + 1] = pairs[at - 1] as number;
  }
  pairs[at] = start;
  pairs[at + 1] = end;
  return length + 2;
}

function keepAround(text: Buffer, start: number, end: number, cuts: readonly number[], length: number): number[] {
  let count = 0;
  let from = start;
  for (let at = 0; at < length; at += 2) {
    const nameStart = cuts[at] as number;
    const valueEnd = cuts[at + 1] as number;
    const comma = previousComma(text, nameStart);
    if (comma >= from) {
      if (comma > from) {
        kept[count++] = from;
        kept[count++] = comma;
      }
      from = valueEnd;
    } else {
      // The first member takes the comma behind it along, if there is one.
      kept[count++] = from;
      kept[count++] = nameStart;
      from = nextAfterComma(text, valueEnd);
    }
  }
  kept[count++] = from;
  kept[count++] = end;
  return kept.slice(0, count);
}

/** An array that grows has room for more than a document needs, and there is one for every document. */
const kept: number[] = [];

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
