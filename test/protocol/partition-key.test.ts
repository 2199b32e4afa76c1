import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  formatKey,
  type KeyComponent,
  keyOfDocument,
  parseKey,
  propertyNames,
} from '../../src/protocol/partition-key.ts';
import { randomFrom } from '../support/random.ts';

test.each([
  ['/pk', ['pk']],
  ['/address/city', ['address', 'city']],
  ['/"a b"/c', ['a b', 'c']],
  ['/"with/slash"', ['with/slash']],
  ['/"with \\"quotes\\""/größe', ['with \\"quotes\\"', 'größe']],
  ['/\'it is "so"\'/ a ', ['it is "so"', 'a']],
  ['/"a\\qb"', ['a\\qb']],
  ['/a/', ['a']],
  ['/', []],
])('the path %s names the properties %j', (path, names) => {
  expect(propertyNames(path)).toEqual(names);
});

test('random paths name the properties that they name in the JavaScript SDK', async () => {
  const random = randomFrom(20261121);
  const { parsePath } = await sdkPaths();
  let read = 0;
  for (let round = 0; round < 20_000; round++) {
    const parts = Array.from({ length: random.integer(9) }, () =>
      random.pick(['/', '/', '"', "'", '\\', ' ', 'a', 'é', '\n']),
    );
    const path = `/${parts.join('')}`;
    const ours = attempt(() => propertyNames(path));
    expect(ours, path).toEqual(attempt(() => parsePath(path)));
    if (ours) read++;
  }
  expect(read).toBeGreaterThan(5000);
});

function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The SDK does not export its reading of paths, so the file is loaded by its path. */
async function sdkPaths(): Promise<{ parsePath(path: string): string[] }> {
  const entry = new URL(import.meta.resolve('@azure/cosmos'));
  const file = entry.pathname.replace(/\/dist\/.*$/, '/dist/esm/common/helper.js');
  return import(pathToFileURL(file).href);
}

describe('the key of a document', () => {
  test.each<[string, unknown, KeyComponent]>([
    ['a text', { pk: 'x' }, 'x'],
    ['a number', { pk: 1.5 }, 1.5],
    ['null', { pk: null }, null],
    ['a missing property', {}, undefined],
    ['an object, which counts as missing', { pk: { a: 1 } }, undefined],
    ['an array, which counts as missing', { pk: [1] }, undefined],
  ])('is %s', (_, document, component) => {
    expect(keyOfDocument(document, { paths: ['/pk'] })).toEqual([component]);
  });

  test('is found at the end of its path', () => {
    const document = { a: { b: { c: 7 } }, id: 'x' };
    expect(keyOfDocument(document, { paths: ['/a/b/c', '/a/x/c', '/id'] })).toEqual([7, undefined, 'x']);
  });

  test('is never inherited or an index into a text', () => {
    expect(keyOfDocument({ a: 'text' }, { paths: ['/constructor', '/a/length', '/a/0'] })).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test.each<[KeyComponent[], string]>([
  [['x'], '["x"]'],
  [['tenant', 5, true, null, undefined], '["tenant",5,true,null,{}]'],
  [['größe 😀\u007f'], '["gr\\u00f6\\u00dfe \\ud83d\\ude00\\u007f"]'],
  [['"\\\n'], '["\\"\\\\\\n"]'],
  [[], '[]'],
])('the header of %j is ASCII and reads back', (key, text) => {
  expect(formatKey(key)).toBe(text);
  expect(parseKey(text)).toEqual(key);
});

test.each(['', 'x', '"x"', '{}', '[{"a":1}]', '[[]]', '[1', 'null', '[1e999]', '[-1e999]'])(
  '"%s" is not a key',
  (text) => {
    expect(parseKey(text)).toBeUndefined();
  },
);
