import { FlowError } from '../../support/error.ts';
import { isSpace } from '../../support/json-bytes.ts';
import { OPEN_ARRAY } from './document.ts';
import type { Input } from './input.ts';
import type { InputRecord, Place } from './records.ts';

/** The elements of one JSON array, as its brackets, strings and commas show them; what is in them is not looked at. */
export async function* elements(input: Input, from: Place, signal: AbortSignal): AsyncGenerator<InputRecord> {
  const scan = new Scan(from);
  for await (const chunk of input.read(from.offset, signal)) yield* scan.push(chunk);
  if (!scan.isOver) {
    throw new FlowError('input_flawed', `the JSON array ends in the middle, in line ${scan.line}`, {
      hint: 'it was cut off; what came before is imported',
    });
  }
}

/**
 * Outside the array, between elements, or inside one; there the depth and whether a string is open tell where it ends.
 */
class Scan {
  isOver = false;
  line: number;
  #offset: number;
  #elements: number;
  #isInside: boolean;
  #depth = 0;
  #isString = false;
  #isEscaped = false;
  /** The bytes of an element that began in an earlier chunk. */
  #pieces: Buffer[] = [];
  #startLine = 0;
  #isOpen = false;

  constructor({ offset, line, record }: Place) {
    this.#offset = offset;
    this.#elements = record;
    this.line = line;
    // A place after an element is inside the array.
    this.#isInside = offset > 0;
  }

  *push(chunk: Buffer): Generator<InputRecord> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === LINE_FEED) this.line++;
      if (!this.#isOpen) {
        if (!this.#opens(byte)) continue;
        start = at;
      }
      if (!this.#endsBefore(byte)) continue;
      yield this.#element(chunk.subarray(start, at), this.#offset + at);
      // What ended it stands between elements.
      this.#opens(byte);
    }
    if (this.#isOpen) this.#pieces.push(chunk.subarray(start));
    this.#offset += chunk.length;
  }

  #element(last: Buffer, end: number): InputRecord {
    const text = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    this.#isOpen = false;
    return { text, end, element: ++this.#elements, line: this.#startLine, endLine: this.line };
  }

  /** Whether an element begins with this byte. */
  #opens(byte: number): boolean {
    if (isSpace(byte)) return false;
    if (this.isOver) throw misplaced('something comes after the JSON array', this.line);
    if (!this.#isInside) {
      if (BYTE_ORDER_MARK.includes(byte)) return false;
      if (byte !== OPEN_ARRAY) throw misplaced('this is not a JSON array', this.line);
      this.#isInside = true;
      return false;
    }
    if (byte === COMMA) return false;
    if (byte === CLOSE_ARRAY) {
      this.isOver = true;
      return false;
    }
    this.#isOpen = true;
    this.#startLine = this.line;
    return true;
  }

  /** Whether the open element has ended just before this byte. */
  #endsBefore(byte: number): boolean {
    if (this.#isString) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) this.#isString = false;
      return false;
    }
    if (this.#depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY)) return true;
    if (byte === QUOTE) this.#isString = true;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) this.#depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) this.#depth--;
    return false;
  }
}

function misplaced(what: string, line: number): FlowError {
  return new FlowError('input_flawed', `${what}, in line ${line}`, { hint: 'say what it is with --format' });
}

/** Some programs write it before UTF-8. */
const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;
