import { locateMembers, SPAN, skipSpace } from '../support/json-bytes.ts';

/**
 * The JSON object with one member set: its value replaced where it has the member, in each place if it has it more
 * than once, else put first. All other bytes stay.
 */
export function withMember(document: Buffer, name: string, value: string): Buffer {
  const wanted = Buffer.from(JSON.stringify(name).slice(1, -1));
  const spans = new Int32Array(SPAN);
  const repeats: number[] = [];
  locateMembers(document, 0, [wanted], spans, repeats);
  const [start = 0, , end = 0] = spans;
  const member = Buffer.from(`${JSON.stringify(name)}:${value}`);
  if (end === 0) return put(document, member);
  const places = [...placesIn(repeats), [start, end] as const];
  const pieces: Buffer[] = [];
  let at = 0;
  for (const [from, to] of places) {
    pieces.push(document.subarray(at, from), member);
    at = to;
  }
  return Buffer.concat([...pieces, document.subarray(at)]);
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

function* placesIn(repeats: readonly number[]): Generator<readonly [number, number]> {
  for (let at = 0; at < repeats.length; at += SPAN) yield [repeats[at + 1] as number, repeats[at + 2] as number];
}

const CLOSE_OBJECT = 0x7d;
