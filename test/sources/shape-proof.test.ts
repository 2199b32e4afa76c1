import { expect, test } from 'vitest';
import { readBy, shapePaths, staysUnique } from '../../src/sources/shape-proof.ts';

const proven = (source: readonly string[], target: readonly string[], idFrom?: string, ...rules: string[]): boolean =>
  staysUnique(shapePaths({ idFrom, partitionKeyFrom: rules, partitionKey: { paths: target } }), { paths: source });

test.each<[string, string[], string[], string | undefined, string[]]>([
  ['ids are the keys', ['/id'], ['/region'], undefined, []],
  ['the key is another spelling of the same', ['/"a"/b'], ['/a/b'], undefined, []],
  ['the key goes on to be a part of it', ['/a'], ['/a', '/b'], undefined, []],
  ['a rule takes the key over', ['/a'], ['/pk'], undefined, ['field:/a']],
  ['the id becomes the key', ['/id'], ['/pk'], 'fixed-{/b}', ['field:/id']],
  ['the key is in the id, and known', ['/a'], ['/a'], '{/a}-{/id}', []],
  ['the id has something around it', ['/id'], ['/pk'], 'order-{/id}', ['hash:/id:100']],
])('two documents stay two where %s', (_, source, target, idFrom, rules) => {
  expect(proven(source, target, idFrom, ...rules)).toBe(true);
});

test.each<[string, string[], string[], string | undefined, string[]]>([
  ['the key is forgotten', ['/a'], ['/b'], undefined, []],
  ['only a hash of it is left', ['/a'], ['/pk'], undefined, ['hash:/a:1000000']],
  ['two values run into one', ['/a'], ['/id'], '{/a}-{/id}', []],
  ['values are joined', ['/a'], ['/pk'], undefined, ['composite:/a,/b']],
  ['the id is made of something else', ['/a'], ['/a'], '{/b}', []],
  ['only a part of the key goes on', ['/a', '/b'], ['/a'], undefined, []],
])('nothing is said where %s', (_, source, target, idFrom, rules) => {
  expect(proven(source, target, idFrom, ...rules)).toBe(false);
});

test('it is known what a shape reads', () => {
  const rules = { idFrom: '{/a/b}-{#}-{/id}', partitionKeyFrom: ['time:/at:daily', 'composite:/x,/a/b'] };
  const paths = shapePaths({ ...rules, partitionKey: { paths: ['/p', '/q'] } });
  expect(readBy(paths)).toEqual(['/"a"/"b"', '/"id"', '/"at"', '/"x"']);
});
