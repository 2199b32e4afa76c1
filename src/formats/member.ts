import { isSpace, locateMembers, SPAN, skipSpace } from '../support/json-bytes.ts';

/**
 * The JSON object with one member set: its value replaced where it has the member, in each place if it has it more
 * than once, else put first. All other bytes stay.
 */
export function withMember(document: Buffer, name: string, value: string): Buffer {
  const member = Buffer.from(`${JSON.stringify(name)}:${value}`);
  const places = placesOf(document, name);
  if (places.length === 0) return put(document, member);
  const pieces: Buffer[] = [];
  let at = 0;
  for (const [from, , to] of places) {
    pieces.push(document.subarray(at, from), member);
    at = to;
  }
  return Buffer.concat([...pieces, document.subarray(at)]);
}

/** The JSON object without a member, however often it has it. All other bytes stay; what does not have it is itself. */
export function withoutMember(document: Buffer, name: string): Buffer {
  let left = document;
  for (const [from, , to] of placesOf(document, name).reverse()) {
    const [before, after] = [previousOther(left, from), skipSpace(left, to)];
    const hasBefore = left[before] === COMMA;
    const start = hasBefore ? before : from;
    const end = !hasBefore && left[after] === COMMA ? skipSpace(left, after + 1) : to;
    left = Buffer.concat([left.subarray(0, start), left.subarray(end)]);
  }
  return left;
}

/** JSON text of the value of a member, the last of those that share the name; `undefined` when there is none. */
export function memberIn(document: Buffer, name: string): string | undefined {
  const place = placesOf(document, name).at(-1);
  return place && document.toString('utf8', place[1], place[2]);
}

type Place = readonly [nameStart: number, valueStart: number, valueEnd: number];

function placesOf(document: Buffer, name: string): Place[] {
  const spans = new Int32Array(SPAN);
  const repeats: number[] = [];
  locateMembers(document, 0, [Buffer.from(name)], spans, repeats);
  const [start = 0, value = 0, end = 0] = spans;
  if (end === 0) return [];
  const earlier: Place[] = [];
  for (let at = 0; at < repeats.length; at += SPAN) {
    const [from, to] = [repeats[at + 1] as number, repeats[at + 2] as number];
    earlier.push([from, from, to]);
  }
  return [...earlier, [start, value, end]];
}

/** The offset of the last byte before `at` that is not white space. */
function previousOther(text: Buffer, at: number): number {
  let before = at - 1;
  while (isSpace(text[before])) before--;
  return before;
}

function put(document: Buffer, member: Buffer): Buffer {
  const brace = skipSpace(document, 0) + 1;
  const isEmpty = document[skipSpace(document, brace)] === CLOSE_OBJECT;
  return Buffer.concat([
    document.subarray(0, brace),
    member,
    Buffer.from(isEmpty ? '' : ','),
    document.subarray(brace),
  ]);
}

const COMMA = 0x2c;
const CLOSE_OBJECT = 0x7d;
