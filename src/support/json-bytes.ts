// Finds things in JSON text without parsing it, so that the text can be passed on untouched. The text must be valid
// JSON in UTF-8: structure is followed, not verified, and running off the end throws. json-scanner.ts does the same for
// hot paths, by leave of this file.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Numbers that `locateMembers` writes per name: start of the name, start of the value, end of the value. */
export const SPAN = 3;

/**
 * Looks for members of the object at `at` by name and writes `SPAN` offsets per name into `spans`: the last occurrence,
 * as JSON.parse would see it, or zeros. Earlier occurrences are added to `repeats`: index of the name, start of the
 * name, end of the value. Returns the offset after the object. Names are UTF-8 without quotes, and differ.
 */
export function locateMembers(
  text: Uint8Array,
  at: number,
  names: readonly Uint8Array[],
  spans: Int32Array,
  repeats?: number[],
): number {
  spans.fill(0, 0, names.length * SPAN);
  const lengths = lengthsOf(names);
  let next = expect(text, skipSpace(text, at), OPEN_OBJECT);
  next = skipSpace(text, next);
  if (text[next] === CLOSE_OBJECT) return next + 1;
  for (;;) {
    const nameStart = next;
    const nameEnd = skipString(text, nameStart);
    const valueStart = skipSpace(text, expect(text, skipSpace(text, nameEnd), COLON));
    const valueEnd = skipValue(text, valueStart);
    const name = indexOfName(text, nameStart + 1, nameEnd - 1, names, lengths);
    if (name >= 0) {
      const earlierEnd = spans[name * SPAN + 2] as number;
      if (earlierEnd > 0) repeats?.push(name, spans[name * SPAN] as number, earlierEnd);
      spans[name * SPAN] = nameStart;
      spans[name * SPAN + 1] = valueStart;
      spans[name * SPAN + 2] = valueEnd;
    }
    next = skipSpace(text, valueEnd);
    if (text[next] === CLOSE_OBJECT) return next + 1;
    next = skipSpace(text, expect(text, next, COMMA));
  }
}

/** The offset of the value of the first member called `name` in the object at `at`, or -1. What follows it is not read. */
export function findMember(text: Uint8Array, at: number, name: Uint8Array): number {
  let next = skipSpace(text, expect(text, skipSpace(text, at), OPEN_OBJECT));
  if (text[next] === CLOSE_OBJECT) return -1;
  for (;;) {
    const nameEnd = skipString(text, next);
    const valueStart = skipSpace(text, expect(text, skipSpace(text, nameEnd), COLON));
    if (indexOfName(text, next + 1, nameEnd - 1, [name], ANY_LENGTH) === 0) return valueStart;
    next = skipSpace(text, skipValue(text, valueStart));
    if (text[next] === CLOSE_OBJECT) return -1;
    next = skipSpace(text, expect(text, next, COMMA));
  }
}

/**
 * Writes the offsets of all members of the object at `at` into `spans`, in their order: start and end of the name, with
 * its quotes, and start and end of the value. Returns how many offsets these are; what is behind them is of an earlier
 * call.
 */
export function memberSpans(text: Uint8Array, at: number, spans: number[]): number {
  let next = skipSpace(text, expect(text, skipSpace(text, at), OPEN_OBJECT));
  if (text[next] === CLOSE_OBJECT) return 0;
  for (let count = 0; ; ) {
    spans[count++] = next;
    const nameEnd = skipString(text, next);
    spans[count++] = nameEnd;
    const valueStart = skipSpace(text, expect(text, skipSpace(text, nameEnd), COLON));
    spans[count++] = valueStart;
    const valueEnd = skipValue(text, valueStart);
    spans[count++] = valueEnd;
    next = skipSpace(text, valueEnd);
    if (text[next] === CLOSE_OBJECT) return count;
    next = skipSpace(text, expect(text, next, COMMA));
  }
}

/** Start and end offsets, in pairs, of the elements of the array at `at`. */
export function elementSpans(text: Uint8Array, at: number): number[] {
  const spans: number[] = [];
  let next = skipSpace(text, expect(text, skipSpace(text, at), OPEN_ARRAY));
  if (text[next] === CLOSE_ARRAY) return spans;
  for (;;) {
    const end = skipValue(text, next);
    spans.push(next, end);
    next = skipSpace(text, end);
    if (text[next] === CLOSE_ARRAY) return spans;
    next = skipSpace(text, expect(text, next, COMMA));
  }
}

/** The offset after the value that starts at `at`. */
export function skipValue(text: Uint8Array, at: number): number {
  const first = text[at];
  if (first === QUOTE) return skipString(text, at);
  if (first === OPEN_OBJECT || first === OPEN_ARRAY) return skipNested(text, at);
  let next = at;
  while (next < text.length && !endsScalar(text[next] as number)) next++;
  if (next === at) throw new SyntaxError(`a JSON value is missing at byte ${at}`);
  return next;
}

/** The offset of the first byte at or after `at` that is not white space. */
export function skipSpace(text: Uint8Array, at: number): number {
  let next = at;
  while (isSpace(text[next])) next++;
  return next;
}

function skipNested(text: Uint8Array, at: number): number {
  const end = text.length;
  let depth = 0;
  let next = at;
  while (next < end) {
    const byte = text[next++] as number;
    if (byte === QUOTE) next = closingQuote(text, next) + 1;
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
    else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) return next;
  }
  throw truncated(text);
}

function skipString(text: Uint8Array, at: number): number {
  return closingQuote(text, expect(text, at, QUOTE)) + 1;
}

/** The offset of the quote that ends the string whose first character is at `at`. */
function closingQuote(text: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    // Four bytes a turn: this loop sees nearly every byte of every document.
    let byte = text[next];
    if (byte !== QUOTE && byte !== BACKSLASH) {
      byte = text[++next];
      if (byte !== QUOTE && byte !== BACKSLASH) {
        byte = text[++next];
        if (byte !== QUOTE && byte !== BACKSLASH) {
          byte = text[++next];
          if (byte !== QUOTE && byte !== BACKSLASH) {
            if (++next >= text.length) throw truncated(text);
            continue;
          }
        }
      }
    }
    if (byte === QUOTE) return next;
    next += 2;
  }
}

/** The lengths of names as a set of bits, modulo 32: most members are ruled out by one look at it. */
function lengthsOf(names: readonly Uint8Array[]): number {
  let lengths = 0;
  for (let index = 0; index < names.length; index++) lengths |= 1 << (names[index] as Uint8Array).length;
  return lengths;
}

const ANY_LENGTH = -1;

function indexOfName(
  text: Uint8Array,
  start: number,
  end: number,
  names: readonly Uint8Array[],
  lengths: number,
): number {
  const isPossible = ((lengths >>> (end - start)) & 1) === 1;
  let found = -1;
  for (let index = 0; found < 0 && isPossible && index < names.length; index++) {
    const name = names[index] as Uint8Array;
    if (name.length === end - start && matches(text, start, name)) found = index;
  }
  // A name with a backslash is not what is written so: that is its own spelling of another.
  return hasBackslash(text, start, end) ? indexOfEscapedName(text, start, end, names) : found;
}

function matches(text: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index++) if (text[start + index] !== name[index]) return false;
  return true;
}

function indexOfEscapedName(text: Uint8Array, start: number, end: number, names: readonly Uint8Array[]): number {
  const decoded = JSON.parse(Buffer.from(text.subarray(start - 1, end + 1)).toString('utf8'));
  return names.findIndex((name) => Buffer.from(name).toString('utf8') === decoded);
}

export function hasBackslash(text: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (text[index] === BACKSLASH) return true;
  return false;
}

function expect(text: Uint8Array, at: number, byte: number): number {
  if (text[at] === byte) return at + 1;
  if (at >= text.length) throw truncated(text);
  throw new SyntaxError(`expected ${JSON.stringify(String.fromCharCode(byte))} at byte ${at} of JSON text`);
}

export function isSpace(byte: number | undefined): boolean {
  // Most bytes are not: one comparison says so.
  return byte !== undefined && byte <= 0x20 && (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09);
}

function endsScalar(byte: number): boolean {
  return byte === COMMA || byte === CLOSE_OBJECT || byte === CLOSE_ARRAY || isSpace(byte);
}

function truncated(text: Uint8Array): SyntaxError {
  return new SyntaxError(`JSON text ends early, after ${text.length} bytes`);
}
