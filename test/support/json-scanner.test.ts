import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import wabt from 'wabt';
import { elementSpans, locateMembers, SPAN } from '../../src/support/json-bytes.ts';
import { JsonScanner } from '../../src/support/json-scanner.ts';
import { JSON_SCANNER_CODE } from '../../src/support/json-scanner-code.ts';
import { type Random, randomFrom } from './random.ts';
import { randomObjectText, randomValueText } from './random-json-text.ts';

const NAMES = [
  ...['id', 'customerId', '_rid', '_self', '_ts', 'größe', '', 'a\\tb'],
  ...[15, 16, 17, 31, 32, 33, 34].map((bytes) => 'n'.repeat(bytes)),
];
const scanner = new JsonScanner();

afterEach(() => {
  vi.unstubAllGlobals();
});

test('the committed module is what json-scanner.wat assembles to', async () => {
  const { parseWat } = await wabt();
  const text = readFileSync(new URL('../../src/support/json-scanner.wat', import.meta.url), 'latin1');
  const { buffer } = parseWat('json-scanner.wat', text).toBinary({});
  expect(JSON_SCANNER_CODE).toBe(Buffer.from(buffer).toString('base64'));
});

describe('the scanner says what the byte loop says of', () => {
  test.each([1, 2, 3, 4])('4000 objects and arrays, each also cut and damaged, of seed %i', (seed) => {
    const random = randomFrom(seed);
    for (let round = 0; round < 2000; round++) {
      const object = Buffer.from(`${random.pick(['', '', ' '])}${randomObjectText(random, NAMES, 8)}`);
      expectSameMembers(object);
      for (let times = 0; times < 4; times++) expectSameMembers(cut(random, object));
      for (let times = 0; times < 4; times++) expectSameMembers(damaged(random, object));
      const array = Buffer.from(randomArray(random));
      expectSameElements(array);
      for (let times = 0; times < 4; times++) expectSameElements(cut(random, array));
      for (let times = 0; times < 4; times++) expectSameElements(damaged(random, array));
    }
  });

  test('backslashes, quotes and brackets at any offset from the borders of blocks', () => {
    for (let before = 0; before < 140; before++) {
      for (const middle of ['\\"', '\\\\', '\\\\\\"', '\\\\"],"', '"}', '"},{"a":"', '"]', '{[', '\\']) {
        expectSameElements(Buffer.from(`[{"a":"${'x'.repeat(before)}${middle}"},[]]`));
        expectSameElements(Buffer.from(`["${'x'.repeat(before)}${middle}",{}]`));
        expectSameMembers(Buffer.from(`{"a":["${'x'.repeat(before)}${middle}"],"id":1}`));
        expectSameMembers(Buffer.from(`{"${'x'.repeat(before)}${middle}":1,"id":"${'x'.repeat(before)}${middle}"}`));
      }
    }
  });

  test('texts that end anywhere, whatever an earlier one left behind them', () => {
    const text = Buffer.from(`{"id":"${'x'.repeat(70)}","a":[{"b":"c"},12],"_ts":1}`);
    const array = Buffer.concat([Buffer.from('['), text, Buffer.from(', 1 ]')]);
    const earlier = Buffer.from(`[${'"}]",{"id":":"},'.repeat(50)}1]`);
    for (let end = 0; end <= array.length; end++) {
      scanner.elementSpans(earlier, 0);
      expectSameElements(array.subarray(0, end));
      scanner.elementSpans(earlier, 0);
      expectSameMembers(text.subarray(0, end));
    }
  });

  test.each([
    ['an escaped name', '{"\\u0069d":1,"_ts":2}'],
    ['repeated names', '{"id":1,"_ts":2,"id":{"id":3},"id":4}'],
    ['a name of 34 bytes that differs in the last', `{"${'n'.repeat(33)}m":1,"${'n'.repeat(34)}":2}`],
    ['a name that starts like another', `{"i":1,"id_":2,"id":3,"${'n'.repeat(30)}":4,"${'n'.repeat(32)}":5}`],
    ['other names of equal length', '{"ID":1,"_tt":2,"_rie":3,"iD":4}'],
    ['a name 32 bytes shorter than another that starts like it', '{"nn":1,"n":2}'],
    ['a name 32 bytes longer than another', `{"id${'x'.repeat(32)}":1,"${'x'.repeat(32)}":1}`],
    ['brackets that do not match', '{"a":[},"id":1}'],
    ['a backslash outside of a string', '{"a":[\\"],"id":1}","b":1]}'],
    ['control characters', '{"a":1\u0001,"id":2}'],
    ['no colon', '{"a" 1,"id":2}'],
    ['no value', '{"a":,"id":2}'],
    ['no comma', '{"a":1 "id":2}'],
    ['a comma too many', '{"a":1,}'],
    ['no object', '["id",1]'],
  ])('%s', (_, text) => {
    expectSameMembers(Buffer.from(text));
    expectSameElements(Buffer.from(`[${text}]`));
    expectSameElements(Buffer.from(`[1,${text},2]`));
  });

  test.each(['[]', '[ ]', '[{}]', '[1,"a",null]', '[1,]', '[,1]', '[1 2]', '[1\u0001]', '{}', '', ' ', ']'])(
    'the array %j',
    (text) => expectSameElements(Buffer.from(text)),
  );

  test.each([-1, 0, 1, 4, 5, 100])('a text from the offset %i on', (at) => {
    const text = Buffer.from('[[1]]');
    const spans = new Int32Array(SPAN);
    expect(outcome(() => Array.from(scanner.elementSpans(text, at)))).toEqual(outcome(() => elementSpans(text, at)));
    expect(outcome(() => scanner.locateMembers(text, at, [Buffer.from('id')], spans))).toEqual(
      outcome(() => locateMembers(text, at, [Buffer.from('id')], spans)),
    );
  });

  test('an array of so many small elements that its memory has no room for their offsets', () => {
    expectSameElements(Buffer.from(`[${'1,'.repeat(200_000)}1]`));
  });

  test('more and longer names than its memory has room for', () => {
    for (const names of [Array.from({ length: 400 }, (_, index) => `name-${index}`), ['x'.repeat(5000), 'id']]) {
      const text = Buffer.from(JSON.stringify(Object.fromEntries(names.map((name) => [name, { id: name }]))));
      expectSameMembers(text, names);
      expectSameMembers(Buffer.from('{"id":1}'));
    }
  });

  test('texts of many sizes, the memory growing with them', () => {
    const growing = new JsonScanner();
    for (const kilobytes of [1, 100, 50, 3000, 10]) {
      const array = Buffer.from(
        JSON.stringify(Array.from({ length: kilobytes }, (_, id) => ({ id, x: 'x'.repeat(1000) }))),
      );
      expectSameElements(array, growing);
      expectSameMembers(array.subarray(1, array.indexOf('}') + 1), NAMES, growing);
    }
  });
});

describe('where the module is not asked,', () => {
  test.each<[string, () => JsonScanner]>([
    ['as texts are too long,', () => new JsonScanner(0)],
    ['as there is no WebAssembly,', () => new JsonScanner()],
    ['as it is refused,', () => new JsonScanner()],
  ])('%s the byte loop answers', (why, open) => {
    if (why.includes('no WebAssembly')) vi.stubGlobal('WebAssembly', undefined);
    if (why.includes('refused')) vi.stubGlobal('WebAssembly', { validate: () => false });
    const without = open();
    const random = randomFrom(9);
    for (let round = 0; round < 50; round++) {
      expectSameMembers(Buffer.from(randomObjectText(random, NAMES, 8)), NAMES, without);
      const array = Buffer.from(randomArray(random));
      expectSameElements(array, without);
      expect(without.elementSpans(array, 0)).toBeInstanceOf(Array);
    }
  });
});

function randomArray(random: Random): string {
  const space = (): string => (random.chance(0.8) ? '' : random.pick([' ', '\r\n', ' '.repeat(65)]));
  const element = (): string =>
    random.chance(0.7) ? randomObjectText(random, NAMES, 4) : randomValueText(random, space, 2);
  const elements = Array.from({ length: random.integer(6) }, () => `${space()}${element()}${space()}`);
  return `${space()}[${elements.join(',') || space()}]`;
}

function cut(random: Random, text: Buffer): Buffer {
  return text.subarray(0, random.integer(text.length));
}

const TELLING = Buffer.from('"\\{}[],: \n\0\u0001x"\\{}[]');

/** The text with a byte too many, too few, or another one. */
function damaged(random: Random, text: Buffer): Buffer {
  const at = random.integer(text.length);
  const byte = random.chance(0.9) ? (TELLING[random.integer(TELLING.length)] as number) : random.integer(256);
  const rest = random.pick([at, at + 1]);
  return Buffer.concat([
    text.subarray(0, at),
    random.chance(0.2) ? Buffer.alloc(0) : Buffer.of(byte),
    text.subarray(rest),
  ]);
}

function expectSameMembers(text: Buffer, names: readonly string[] = NAMES, by = scanner): void {
  const bytes = bytesOf(names);
  const byLoop = membersBy(locateMembers, text, bytes);
  const byScanner = membersBy((...args) => by.locateMembers(...args), text, bytes);
  // Comparing texts is what makes tens of thousands of cases a matter of seconds.
  if (byScanner !== byLoop) expect(byScanner, text.toString()).toBe(byLoop);
}

function membersBy(locate: typeof locateMembers, text: Buffer, names: readonly Uint8Array[]): string {
  const spans = new Int32Array(names.length * SPAN).fill(7);
  const repeats: number[] = [];
  return JSON.stringify([outcome(() => locate(text, 0, names, spans, repeats)), [...spans], repeats]);
}

function expectSameElements(text: Buffer, by = scanner): void {
  const byLoop = JSON.stringify(outcome(() => elementSpans(text, 0)));
  const byScanner = JSON.stringify(outcome(() => Array.from(by.elementSpans(text, 0))));
  if (byScanner !== byLoop) expect(byScanner, text.toString()).toBe(byLoop);
}

function outcome<Result>(act: () => Result): Result | string {
  try {
    return act();
  } catch (error) {
    return String(error);
  }
}

const encoded = new Map<readonly string[], readonly Uint8Array[]>();

/** The same array for the same names, as a DocumentKey has it. */
function bytesOf(names: readonly string[]): readonly Uint8Array[] {
  const bytes = encoded.get(names) ?? names.map((name) => Buffer.from(name));
  encoded.set(names, bytes);
  return bytes;
}
