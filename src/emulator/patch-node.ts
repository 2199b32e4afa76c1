import { elementSpans, isSpace, locateMembers, SPAN, skipSpace } from '../support/json-bytes.ts';
import { badRequest } from './refusal.ts';

// Edits of JSON text that leave every byte alone that they are not about. Each returns a new text.

/** A member of an object or an element of an array, which may not be there yet. */
export interface Node {
  /** Where the value is; absent when there is none. */
  readonly value?: Span;
  readonly isElement: boolean;
  /** Puts a value where there was none before: behind the last member, or before the element that has the index. */
  insert(value: Uint8Array): Buffer;
  /** Takes the value out, with its name and the comma that goes with it. */
  remove(): Buffer;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Finds what a path leads to. Throws when its parent is not there, or has no such place. */
export function findNode(text: Buffer, path: readonly string[]): Node {
  const last = path.length - 1;
  let at = skipSpace(text, 0);
  for (const [depth, part] of path.entries()) {
    const node = childOf(text, at, part, depth === last);
    if (depth === last && node) return node;
    if (!node?.value) throw noPathBeyond(path[text[at] === OBJECT || text[at] === ARRAY ? depth : depth - 1] ?? '');
    at = node.value.start;
  }
  throw new Error('a path has parts');
}

/** The text with another value in place of one that is there. */
export function replaceValue(text: Buffer, { start, end }: Span, value: Uint8Array): Buffer {
  return splice(text, start, end, value);
}

const OBJECT = 0x7b;
const ARRAY = 0x5b;
const COMMA = 0x2c;
const SEPARATOR = Buffer.from(',');

function childOf(text: Buffer, at: number, part: string, isLast: boolean): Node | undefined {
  if (text[at] === OBJECT) return memberOf(text, at, part);
  return text[at] === ARRAY ? elementOf(text, at, part, isLast) : undefined;
}

/** The last member of this name, as JSON.parse would see it. */
function memberOf(text: Buffer, at: number, name: string): Node {
  const spans = new Int32Array(SPAN);
  const repeats: number[] = [];
  const end = locateMembers(text, at, [Buffer.from(name)], spans, repeats);
  const [nameStart = 0, start = 0, valueEnd = 0] = spans;
  return {
    isElement: false,
    ...(valueEnd > 0 && { value: { start, end: valueEnd } }),
    insert: (value) => {
      const isEmpty = skipSpace(text, at + 1) === end - 1;
      const member = Buffer.from(`${isEmpty ? '' : ','}${JSON.stringify(name)}:`);
      return splice(text, end - 1, end - 1, member, value);
    },
    remove: () => {
      // An earlier member of the same name would come to light: all of them go.
      const places = Array.from({ length: repeats.length / SPAN }, (_, index) => {
        const [, first = 0, last = 0] = repeats.slice(index * SPAN, (index + 1) * SPAN);
        return { start: first, end: last };
      });
      return cut(text, [...places, { start: nameStart, end: valueEnd }]);
    },
  };
}

function elementOf(text: Buffer, at: number, part: string, mayAppend: boolean): Node {
  const spans = elementSpans(text, at);
  const length = spans.length / 2;
  const index = part === '-' && mayAppend ? length : indexOf(part);
  if (index > length || (index === length && !mayAppend)) throw outOfBounds(part);
  const [start = 0, end = 0] = spans.slice(index * 2, index * 2 + 2);
  const lastEnd = spans.at(-1);
  return {
    isElement: true,
    ...(index < length && { value: { start, end } }),
    insert: (value) => {
      if (index < length) return splice(text, start, start, value, SEPARATOR);
      if (lastEnd === undefined) return splice(text, at + 1, at + 1, value);
      return splice(text, lastEnd, lastEnd, SEPARATOR, value);
    },
    remove: () => cut(text, [{ start, end }]),
  };
}

function indexOf(part: string): number {
  if (!/^(?:0|[1-9]\d{0,8})$/.test(part)) throw outOfBounds(part);
  return Number(part);
}

/** Takes out what is at these places, in their order, each with the comma after it; where none is left, the one before. */
function cut(text: Buffer, places: readonly Span[]): Buffer {
  const kept: Buffer[] = [];
  let from = 0;
  let endsList = false;
  for (const { start, end } of places) {
    kept.push(text.subarray(from, start));
    const after = skipSpace(text, end);
    endsList = text[after] !== COMMA;
    from = endsList ? end : skipSpace(text, after + 1);
  }
  const head = Buffer.concat(kept);
  return Buffer.concat([endsList ? withoutComma(head) : head, text.subarray(from)]);
}

/** Without the comma that it ends with, if it does. */
function withoutComma(text: Buffer): Buffer {
  let last = text.length - 1;
  while (isSpace(text[last])) last--;
  return text[last] === COMMA ? text.subarray(0, last) : text;
}

function splice(text: Buffer, start: number, end: number, ...parts: Uint8Array[]): Buffer {
  return Buffer.concat([text.subarray(0, start), ...parts, text.subarray(end)]);
}

function outOfBounds(part: string): Error {
  return badRequest(`Index(${part}) to operate on is out of array bounds.`);
}

function noPathBeyond(part: string): Error {
  const what = 'can only create a child object of an existing node(array or object) and cannot create path recursively';
  return badRequest(`The Given Operation ${what}, no path found beyond: '${part}'.`);
}
