import { skipSpace, skipValue } from '../support/json-bytes.ts';
import { canonicalNumber, PLAIN_DIGITS_MAX } from './canonical-number.ts';

/**
 * Writes JSON texts in a form that is equal for equal values, and different for different ones: members in the order of
 * their names, the last of those that share a name, numbers in one spelling, strings by what they stand for. Bytes to
 * compare or to hash, not JSON; valid until the next text is written.
 */
export class Canonical {
  readonly #omitted: readonly Buffer[];
  /** Whether one of them begins with a byte. */
  readonly #initials = new Uint8Array(256);
  #text: Uint8Array = Buffer.alloc(0);
  #out = Buffer.allocUnsafe(16 * 1024);
  #length = 0;
  /** A stack of members, `MEMBER` offsets each. */
  #members = new Int32Array(MEMBER * 256);
  #membersEnd = 0;
  /** Names that had to be decoded; their offsets are stored as less than nothing. */
  #names = Buffer.allocUnsafe(1024);
  #namesLength = 0;

  /** `omitted`: members that the outermost object is taken not to have. */
  constructor(omitted: readonly string[] = []) {
    this.#omitted = omitted.map((name) => Buffer.from(name));
    for (const [initial = 0] of this.#omitted) this.#initials[initial] = 1;
  }

  /** The form of the value that starts at `at`. */
  write(text: Uint8Array, at: number): Buffer {
    this.#text = text;
    this.#length = 0;
    this.#membersEnd = 0;
    this.#namesLength = 0;
    this.#value(skipSpace(text, at), this.#omitted);
    return this.#out.subarray(0, this.#length);
  }

  /** Returns the offset after the value. */
  #value(at: number, omitted: readonly Buffer[]): number {
    this.#reserve(SPARE_BYTES);
    switch (this.#text[at]) {
      case OPEN_OBJECT:
        return this.#object(at, omitted);
      case OPEN_ARRAY:
        return this.#array(at);
      case QUOTE:
        this.#out[this.#length++] = QUOTE;
        return this.#string(at);
      default:
        return this.#scalar(at);
    }
  }

  #object(at: number, omitted: readonly Buffer[]): number {
    const start = this.#membersEnd;
    const end = this.#readMembers(at, omitted);
    const membersEnd = this.#membersEnd;
    this.#sort(start, membersEnd);
    this.#out[this.#length++] = OPEN_OBJECT;
    for (let member = start; member < membersEnd; member += MEMBER) {
      const next = member + MEMBER;
      if (next < membersEnd && this.#compareNames(member, next) === 0) continue;
      const [from, to] = [this.#members[member] as number, this.#members[member + 1] as number];
      if (from < 0) this.#copy(this.#names, -from - 1, to);
      else this.#copy(this.#text, from, to);
      this.#value(this.#members[member + 2] as number, NONE);
    }
    this.#reserve(SPARE_BYTES);
    this.#out[this.#length++] = CLOSE_OBJECT;
    this.#membersEnd = start;
    return end;
  }

  /** Puts the members of the object at `at` on the stack; returns the offset after it. */
  #readMembers(at: number, omitted: readonly Buffer[]): number {
    const text = this.#text;
    let next = skipSpace(text, at + 1);
    while (text[next] !== CLOSE_OBJECT) {
      const nameEnd = skipValue(text, next);
      const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
      const end = skipValue(text, valueStart);
      this.#pushMember(next + 1, nameEnd - 1, valueStart, omitted);
      next = skipSpace(text, end);
      if (text[next] === COMMA) next = skipSpace(text, next + 1);
    }
    return next + 1;
  }

  #pushMember(from: number, to: number, value: number, omitted: readonly Buffer[]): void {
    if (this.#membersEnd + MEMBER > this.#members.length) {
      const members = new Int32Array(this.#members.length * 2);
      members.set(this.#members);
      this.#members = members;
    }
    const members = this.#members;
    const at = this.#membersEnd;
    members[at + 2] = value;
    members[at] = from;
    members[at + 1] = to;
    if (hasEscape(this.#text, from, to)) {
      members[at] = -this.#namesLength - 1;
      members[at + 1] = this.#decodeName(from, to);
    }
    if (omitted.length === 0 || !this.#isOneOf(omitted, at)) this.#membersEnd += MEMBER;
  }

  /** Copies a name to `#names`; returns its end in there. */
  #decodeName(from: number, to: number): number {
    const room = this.#namesLength + to - from;
    if (room > this.#names.length) this.#names = Buffer.concat([this.#names, Buffer.allocUnsafe(2 * room)]);
    this.#namesLength = decode(this.#text, from, to, this.#names, this.#namesLength);
    return this.#namesLength;
  }

  #isOneOf(names: readonly Buffer[], member: number): boolean {
    const bytes = this.#nameBytes(member);
    let [from, to] = [this.#members[member] as number, this.#members[member + 1] as number];
    if (from < 0) from = -from - 1;
    // One look rules out nearly all members.
    if (this.#initials[bytes[from] as number] === 0) return false;
    return names.some((name) => name.length === to - from && name.compare(bytes, from, to) === 0);
  }

  #nameBytes(member: number): Uint8Array {
    return (this.#members[member] as number) < 0 ? this.#names : this.#text;
  }

  /** By insertion: objects are small, and mostly all of one order. Members with one name stay as they came. */
  #sort(start: number, end: number): void {
    if (end - start > MEMBER * INSERTIONS_MAX) {
      this.#sortMany(start, end);
      return;
    }
    const members = this.#members;
    for (let member = start + MEMBER; member < end; member += MEMBER) {
      let at = member;
      const [from, to, value] = [members[at] as number, members[at + 1] as number, members[at + 2] as number];
      while (at > start && this.#compare(at - MEMBER, from, to) > 0) {
        members.copyWithin(at, at - MEMBER, at);
        at -= MEMBER;
      }
      members[at] = from;
      members[at + 1] = to;
      members[at + 2] = value;
    }
  }

  #sortMany(start: number, end: number): void {
    const order = Array.from({ length: (end - start) / MEMBER }, (_, index) => start + index * MEMBER);
    order.sort((a, b) => this.#compareNames(a, b) || a - b);
    const sorted = order.flatMap((member) => [...this.#members.subarray(member, member + MEMBER)]);
    this.#members.set(sorted, start);
  }

  #compareNames(one: number, other: number): number {
    return this.#compare(one, this.#members[other] as number, this.#members[other + 1] as number);
  }

  /** Compares the name of a member with the one at these offsets, byte by byte. */
  #compare(member: number, otherFrom: number, otherTo: number): number {
    const [one, other] = [this.#nameBytes(member), otherFrom < 0 ? this.#names : this.#text];
    let at = this.#members[member] as number;
    let otherAt = otherFrom;
    if (at < 0) at = -at - 1;
    if (otherAt < 0) otherAt = -otherAt - 1;
    const to = this.#members[member + 1] as number;
    for (; at < to && otherAt < otherTo; at++, otherAt++) {
      const difference = (one[at] as number) - (other[otherAt] as number);
      if (difference !== 0) return difference;
    }
    return to - at - (otherTo - otherAt);
  }

  #array(at: number): number {
    const text = this.#text;
    this.#out[this.#length++] = OPEN_ARRAY;
    let next = skipSpace(text, at + 1);
    while (text[next] !== CLOSE_ARRAY) {
      next = skipSpace(text, this.#value(next, NONE));
      if (text[next] === COMMA) next = skipSpace(text, next + 1);
      else if (text[next] !== CLOSE_ARRAY) throw new SyntaxError(`an array does not end at byte ${next}`);
    }
    this.#reserve(SPARE_BYTES);
    this.#out[this.#length++] = CLOSE_ARRAY;
    return next + 1;
  }

  #string(at: number): number {
    const end = skipValue(this.#text, at);
    if (!hasEscape(this.#text, at + 1, end - 1)) this.#copy(this.#text, at + 1, end - 1);
    else {
      this.#reserve(end - at + SPARE_BYTES);
      this.#length = decode(this.#text, at + 1, end - 1, this.#out, this.#length);
      this.#out[this.#length++] = END;
    }
    return end;
  }

  #scalar(at: number): number {
    const text = this.#text;
    const end = skipValue(text, at);
    const first = text[at] as number;
    const isNumber = first === MINUS || (first >= ZERO && first <= NINE);
    if (!isNumber || isPlain(text, at, end)) this.#copy(text, at, end);
    else {
      const number = Buffer.from(canonicalNumber(Buffer.from(text.subarray(at, end)).toString('latin1')));
      this.#copy(number, 0, number.length);
    }
    return end;
  }

  /** Appends bytes, and what ends them. */
  #copy(from: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start + SPARE_BYTES);
    const out = this.#out;
    let length = this.#length;
    if (end - start > COPY_BYTES) {
      out.set(from.subarray(start, end), length);
      length += end - start;
    } else for (let at = start; at < end; at++) out[length++] = from[at] as number;
    out[length++] = END;
    this.#length = length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#out.length) return;
    const out = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#out.copy(out, 0, 0, this.#length);
    this.#out = out;
  }
}

/** Numbers per member on the stack: start and end of the name, start of the value. */
const MEMBER = 3;
const NONE: readonly Buffer[] = [];
/** Ends texts: no byte of UTF-8 is that. */
const END = 0xff;
const SPARE_BYTES = 8;
/** Objects with more members are sorted otherwise, or one with many thousands would take very long. */
const INSERTIONS_MAX = 64;
/** Up to here a loop copies faster than a call. */
const COPY_BYTES = 48;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

function hasEscape(text: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text[at] === BACKSLASH) return true;
  return false;
}

/** Whether a number is spelled already as `canonicalNumber` would do it. */
function isPlain(text: Uint8Array, from: number, to: number): boolean {
  let digits = 0;
  let hasDot = false;
  for (let at = text[from] === MINUS ? from + 1 : from; at < to; at++) {
    const byte = text[at] as number;
    if (byte === DOT) hasDot = true;
    else if (byte >= ZERO && byte <= NINE) digits++;
    else return false;
  }
  if (digits > PLAIN_DIGITS_MAX) return false;
  return hasDot
    ? text[to - 1] !== ZERO
    : to - from === 1 || text[to - 1] !== ZERO || text[from] !== MINUS || digits > 1;
}

/** Writes what a string with escapes stands for to `at` of `out`; returns the offset after it. */
function decode(text: Uint8Array, from: number, to: number, out: Buffer, at: number): number {
  const string: string = JSON.parse(`"${Buffer.from(text.subarray(from, to)).toString('utf8')}"`);
  if (string.isWellFormed()) return at + out.write(string, at);
  // Halves of a pair have no UTF-8: each is written as if it had, so that they differ from one another.
  let next = at;
  for (const character of string) {
    const unit = character.codePointAt(0) as number;
    if (unit < 0xd800 || unit > 0xdfff) next += out.write(character, next);
    else {
      out[next++] = 0xed;
      out[next++] = 0x80 | ((unit >> 6) & 0x3f);
      out[next++] = 0x80 | (unit & 0x3f);
    }
  }
  return next;
}
