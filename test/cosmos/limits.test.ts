import { expect, test } from 'vitest';
import { brokenLimit } from '../../src/cosmos/limits.ts';

const said = (document: string, key: string): string | undefined =>
  brokenLimit({ key, kind: 'upsert', document: Buffer.from(document) });

test.each([
  ['{"id":1}', '1', 'its id is not a text'],
  ['{"id":"a/b"}', '"a/b"', 'its id has characters that are not allowed'],
  ['{}', `"${'é'.repeat(512)}"`, 'its id is longer than 1023 bytes'],
  ['{}', `"a","${'é'.repeat(1025)}"`, 'its partition key is longer than 2048 bytes'],
  [`{"a":${'['.repeat(128)}${']'.repeat(128)}}`, '"a"', 'it is nested deeper than 128 levels'],
  ['{"ttl":0}', '"a"', 'its ttl is neither -1 nor a whole number of seconds'],
])('of a document that breaks a limit it is said which: %.20s', (document, key, words) => {
  expect(said(document, key)).toBe(words);
});

test('brackets in texts are no levels, and neither are those side by side', () => {
  expect(said(`{"a":"\\"${'['.repeat(200)}","b":[${'[],'.repeat(200)}0]}`, '"a","x"')).toBeUndefined();
});
