import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { conditional } from '../../src/sinks/conditional.ts';
import { merging } from '../../src/sinks/merging.ts';
import { removal, upsert } from '../support/changes.ts';

test('only what was there is deleted, in the version that it had', async () => {
  const written: Change[] = [];
  const sink = { write: async (changes: readonly Change[]) => void written.push(...changes), close: async () => {} };
  const there = { text: Buffer.from('{"id":"a","pk":"key of a"}'), etag: 'e' };
  const stored = async () => new Map([[upsert('a').key, there]]);
  await merging(sink, { stored, partitionKey }).write([removal('a'), removal('b')], EVERYTHING);
  expect(written).toEqual([conditional(removal('a'), 'e')]);
});

describe('what is set', () => {
  test.each<[string, string, string, string]>([
    [
      'keeps every other byte',
      '{"id":"a", "pk" : "x",\t"n":1.0 ,"k":1.50}',
      '"n":[2.50]',
      '{"id":"a", "pk" : "x",\t"n":[2.50] ,"k":1.50}',
    ],
    [
      'comes first where it is new, in its order',
      '{"id":"a","pk":"x"}',
      '"n":1,"m":2',
      '{"n":1,"m":2,"id":"a","pk":"x"}',
    ],
    [
      'is found by what its name stands for',
      '{"id":"a","\\u006e":1,"é\\n":2,"pk":"x"}',
      '"n":3,"\\u00e9\\u000a":4',
      '{"id":"a","\\u006e":3,"é\\n":4,"pk":"x"}',
    ],
    [
      'may be called like what objects have',
      '{"id":"a","__proto__":1,"pk":"x"}',
      '"__proto__":2,"toString":3',
      '{"toString":3,"id":"a","__proto__":2,"pk":"x"}',
    ],
    [
      'counts where a name comes again',
      '{"n":1,"id":"a","m":1,"n":2,"pk":"x","m":2}',
      '"m":4,"n":3',
      '{"n":1,"id":"a","m":1,"n":3,"pk":"x","m":4}',
    ],
  ])('%s', async (_, there, given, merged) => {
    expect(await mergedBy('/pk', there, `{"id":"a","pk":"x",${given}}`)).toBe(merged);
  });

  test.each<[string, string, string]>([
    [
      'lies beside the key',
      '{"id":"a","place":{"country":"c","zip":1.0}}',
      '{"id":"a","place":{"city":"y","country":"c","zip":1.0}}',
    ],
    [
      'lies in the last object of its name',
      '{"place":{"zip":1},"id":"a","pl\\u0061ce":{}}',
      '{"place":{"zip":1},"id":"a","pl\\u0061ce":{"city":"y"}}',
    ],
    ['replaces what is no object', '{"id":"a","place":null}', '{"id":"a","place":{"city":"y"}}'],
    ['brings its object', '{"id":"a"}', '{"place":{"city":"y"},"id":"a"}'],
  ])('%s, in an object that has the key', async (_, there, merged) => {
    expect(await mergedBy('/place/country', there, '{"id":"a","place":{"country":"c","city":"y"}}')).toBe(merged);
  });

  test('may be tens of thousands of properties', async () => {
    const textOf = (from: number, value: string): string =>
      `{"id":"a","pk":"x",${Array.from({ length: 40_000 }, (_, index) => `"property-${from + index}":${value}`).join()}}`;
    const merged = JSON.parse(await mergedBy('/pk', textOf(0, '"old"'), textOf(20_000, '"new"')));
    expect(Object.keys(merged)).toHaveLength(60_002);
    expect([merged['property-19999'], merged['property-20000'], merged['property-59999']]).toEqual([
      'old',
      'new',
      'new',
    ]);
  });
});

const partitionKey = { paths: ['/pk'], version: 2 } as const;

/** What is written of a document where another one is there. */
async function mergedBy(path: string, there: string, given: string): Promise<string> {
  const written: Change[] = [];
  const sink = { write: async (changes: readonly Change[]) => void written.push(...changes), close: async () => {} };
  const change = { ...upsert('a'), document: Buffer.from(given) };
  const stored = async () => new Map([[change.key, { text: Buffer.from(there), etag: 'e' }]]);
  const key = { paths: [path], version: 2 } as const;
  await merging(sink, { stored, partitionKey: key }).write([change], EVERYTHING);
  return Buffer.from(written[0]?.document ?? []).toString();
}
