import { describe, expect, test } from 'vitest';
import { memberSpans } from '../../src/support/json-bytes.ts';
import { jsonText } from '../../src/transform/json-text.ts';
import { Original } from '../../src/transform/original.ts';
import { randomFrom } from '../support/random.ts';
import { randomObject } from '../support/random-json.ts';

// biome-ignore lint/suspicious/noExplicitAny: what a user does with a document, nobody knows
type Loose = any;

function changed(text: string, change: (document: Loose) => object): string {
  const original = new Original(Buffer.from(text));
  return jsonText(change(original.document), original).toString();
}

const inPlace = (change: (document: Loose) => unknown) => (document: Loose) => {
  change(document);
  return document;
};

describe('what nobody has changed keeps its bytes', () => {
  const address = '"\\u0061ddress" : { "zip":1.0, "n":[ 1e400 , {"b":-0} ], "s":"\\u00e9é" }';
  const text = `{"id":"1", ${address} ,"big":9007199254740993,"it\\"ems":[{"p":1.50,"q":1e2},{"p":2.50},{"p":3.50}]}`;

  test.each([
    ['at all', inPlace(() => {}), text],
    ['in a copy', (document: Loose) => structuredClone(document), text],
    [
      'beside what was added',
      inPlace((document) => Object.assign(document, { q: 'é' })),
      `{"id":"1",${address.replace(' : ', ':')},"big":9007199254740993,"it\\"ems":[{"p":1.50,"q":1e2},{"p":2.50},{"p":3.50}],"q":"é"}`,
    ],
    [
      'beside what was removed, in the order of the result',
      ({ big, address: a }: Loose) => ({ big, address: a }),
      `{"big":9007199254740993,${address.replace(' : ', ':')}}`,
    ],
    [
      'deep in what was changed',
      ({ address: a }: Loose) => ({ address: { ...a, n: [a.n[0], { ...a.n[1], c: 1 }] } }),
      '{"\\u0061ddress":{"zip":1.0,"n":[1e400,{"b":-0,"c":1}],"s":"\\u00e9é"}}',
    ],
    [
      'in elements that were moved, and changed then',
      (document: Loose) => {
        const items = document['it"ems'].filter(({ p }: Loose) => p !== 2.5).reverse();
        items[0].seen = true;
        return { items };
      },
      '{"items":[{"p":3.50,"seen":true},{"p":1.50,"q":1e2}]}',
    ],
    [
      'in the whole, put into something else',
      (document: Loose) => ({ id: 'x', before: document }),
      `{"id":"x","before":${text}}`,
    ],
    [
      'where undefined is put that was not there',
      inPlace((document) => Object.assign(document, { q: undefined })),
      text,
    ],
  ])('%s', (_, change, result) => {
    expect(changed(text, change)).toBe(result);
  });

  test.each([
    ['push', (list: Loose) => list.push(4), '[1.0,2.0,3.0,4]'],
    ['shift', (list: Loose) => list.shift(), '[2.0,3.0]'],
    ['splice', (list: Loose) => list.splice(1, 1, 7, 8), '[1.0,7,8,3.0]'],
    ['an index', (list: Loose) => (list[1] = 5), '[1.0,5,3.0]'],
    ['nothing', (list: Loose) => (list.length = 0), '[]'],
  ])('in an array with %s', (_, change, result) => {
    expect(
      changed(
        '{"list":[1.0, 2.0, 3.0]}',
        inPlace(({ list }) => change(list)),
      ),
    ).toBe(`{"list":${result}}`);
  });

  const digits = Array.from({ length: 10 }, (_, n) => `900719925474099${n}`);
  test.each([
    ['filter', (list: Loose) => list.splice(0, 9, ...list.filter((n: number) => n > 5)), [1, 3, 6, 7]],
    ['filter and push', (list: Loose) => list.splice(0, 9, ...list.filter((n: number) => n > 5), 2), [1, 3, 6, 7, '2']],
    ['shift and push', (list: Loose) => [list.shift(), list.push(8)], [1, 2, 3, 4, 5, 6, 7, '8']],
    ['unshift and pop', (list: Loose) => [list.unshift(8), list.pop()], ['8', 0, 1, 2, 3, 4, 5, 6]],
    ['something in front', (list: Loose) => list.unshift('x'), ['"x"', 0, 1, 2, 3, 4, 5, 6, 7]],
    ['what was last in front', (list: Loose) => list.unshift(list.splice(4, 1)[0]), ['2', 0, 1, 2, 3, 5, 6, 7]],
    ['an index in the midst', (list: Loose) => (list[2] = 4), [0, 1, '4', 3, 4, 5, 6, 7]],
    [
      'several removed, and some put in',
      (list: Loose) => [list.splice(6, 1), list.splice(4, 1, 8, 9), list.shift()],
      [1, 2, 3, '8', '9', 5, 7],
    ],
  ])('integers beyond 2^53 in an array with %s', (_, change, result) => {
    const texts = [3, digits[1], 4, digits[3], 2, 5, digits[6], digits[9]].map(String);
    expect(
      changed(
        `{"list":[${texts.join(',')}]}`,
        inPlace(({ list }) => change(list)),
      ),
    ).toBe(`{"list":[${result.map((one) => (typeof one === 'number' ? texts[one] : one)).join(',')}]}`);
  });

  test('in copies of elements that were changed between others', () => {
    expect(
      changed('{"list":[{"n":9007199254740993,"a":1},9007199254740993,{"n":9007199254740995,"a":2}]}', ({ list }) => ({
        list: [0, ...structuredClone(list).map((one: Loose) => (one.a === 2 ? { ...one, a: 3 } : one))],
      })),
    ).toBe('{"list":[0,{"n":9007199254740993,"a":1},9007199254740993,{"n":9007199254740995,"a":3}]}');
  });

  test('in long arrays, of which much was taken out and put in', () => {
    const texts = Array.from({ length: 100_000 }, (_, n) => `${n % 3 ? n % 7 : 9007199254740993n + 2n * BigInt(n)}`);
    const some = (_: unknown, n: number): boolean => n % 5 > 1;
    expect(
      changed(
        `{"list":[${texts}]}`,
        inPlace((document) => (document.list = ['x', ...document.list.filter(some), 'y'])),
      ) === `{"list":["x",${texts.filter(some)},"y"]}`,
    ).toBe(true);
  });

  test('in many arrays of elements that are alike', () => {
    const middle = Array.from({ length: 700 }, () => '0.0');
    const rows = (first: number): string => Array.from({ length: 500 }, () => `[${first},${middle},${first}]`).join();
    const twice = (row: number[]): number[] => row.map((n) => 2 * n);
    expect(
      changed(
        `{"rows":[${rows(3)}]}`,
        inPlace((document) => (document.rows = document.rows.map(twice))),
      ) === `{"rows":[${rows(6)}]}`,
    ).toBe(true);
  });

  test('in objects that take the places of others like them', () => {
    const [a, b] = ['{"n":9007199254740993}', '{"n":9007199254740992}'];
    const text = `{"a":${a},"b":${b},"list":[{"deep":${a}},{"deep":${b}}]}`;
    expect(
      changed(
        text,
        inPlace((document) => (document.a = document.b)),
      ),
    ).toBe(text.replace(a, b));
    expect(
      changed(
        text,
        inPlace(({ list }) => list.reverse()),
      ),
    ).toBe(`{"a":${a},"b":${b},"list":[{"deep":${b}},{"deep":${a}}]}`);
    expect(changed(text, ({ a: first, b: second, list }) => ({ a: second, b: first, list: [...list] }))).toBe(
      `{"a":${b},"b":${a},"list":[{"deep":${a}},{"deep":${b}}]}`,
    );
  });

  test('whatever the document', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { text: some } = randomObject(randomFrom(seed), ['id', 'a', 'b']);
      expect(
        changed(
          some,
          inPlace(() => {}),
        ),
        `seed ${seed}`,
      ).toBe(some);
      const added = changed(
        some,
        inPlace((document) => Object.assign(document, { added: 1 })),
      );
      expect(membersOf(added), `seed ${seed}`).toEqual({ ...membersOf(some), added: '1' });
    }
  });
});

test('of a name that comes twice, what counts is left', () => {
  expect(
    changed(
      '{"a":1.0,"a":2.0,"b":1}',
      inPlace((document) => delete document.b),
    ),
  ).toBe('{"a":2.0}');
});

test('a name that means something to JavaScript is one like others', () => {
  const text = '{"__proto__":{"x":1.0},"toJSON":1.0,"constructor":-0}';
  expect(changed(text, (document) => ({ ...document, q: 1 }))).toBe(`${text.slice(0, -1)},"q":1}`);
});

test('what is new is written as JSON.stringify does, and -0 as it is', () => {
  const value = {
    at: new Date(0),
    url: new URL('http://a/'),
    s: 'é\n\ud800',
    n: null,
    x: undefined,
    list: [true, 1e21],
  };
  expect(jsonText(value).toString()).toBe(JSON.stringify(value));
  expect(jsonText({ z: -0 }).toString()).toBe('{"z":-0}');
});

describe('what JSON cannot hold is refused:', () => {
  const around: Loose = {};
  around.self = { around };
  test.each([
    [{ a: [Number.NaN] }, /NaN at \/a\/0/],
    [{ a: Number.POSITIVE_INFINITY }, /Infinity at \/a/],
    [{ a: 5n }, /BigInt 5n/],
    [{ a: [undefined] }, /undefined at \/a\/0/],
    [{ a: new Array(1) }, /undefined at \/a\/0/],
    [{ a: () => 1 }, /a function/],
    [{ a: Symbol('x') }, /a symbol/],
    [{ a: new Map([[1, 2]]) }, /a Map/],
    [{ a: Promise.resolve(1) }, /a Promise/],
    [{ a: new Date(Number.NaN) }, /an invalid date at \/a/],
    [around, /lies in itself at \/self\/around/],
    [undefined, /cannot hold undefined$/],
  ])('%s', (value, message) => {
    expect(() => jsonText(value)).toThrow(message);
  });

  test('what was too large for a number, in another place', () => {
    expect(() => changed('{"n":1e400}', ({ n }) => ({ m: n }))).toThrow(/Infinity at \/m/);
  });

  test('a hole in an array of which something is left', () => {
    const withHole = inPlace(({ list }) => {
      delete list[0];
      list[1] = 9;
    });
    expect(() => changed('{"list":[1,2,3,4]}', withHole)).toThrow(/undefined at \/list\/0/);
  });

  test('what takes the place of an object with nothing in it', () => {
    expect(() =>
      changed(
        '{"a":{}}',
        inPlace((document) => (document.a = new Map())),
      ),
    ).toThrow(/a Map/);
  });
});

/** The texts of members, by name. */
function membersOf(text: string): Readonly<Record<string, string>> {
  const [bytes, spans]: [Buffer, number[]] = [Buffer.from(text), []];
  const count = memberSpans(bytes, 0, spans);
  const texts = Array.from({ length: count / 2 }, (_, at) => bytes.toString('utf8', spans[2 * at], spans[2 * at + 1]));
  return Object.fromEntries(
    Array.from({ length: count / 4 }, (_, at) => [JSON.parse(texts[2 * at] as string), texts[2 * at + 1]]),
  );
}
