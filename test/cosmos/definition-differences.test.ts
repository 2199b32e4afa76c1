import { expect, test } from 'vitest';
import { definitionDifferences } from '../../src/cosmos/definition-differences.ts';

const indexing = (...paths: string[]) => ({ indexingPolicy: { includedPaths: paths.map((path) => ({ path })) } });
const composite = (...paths: string[]) => ({
  indexingPolicy: { compositeIndexes: [paths.map((path) => ({ path, order: 'ascending' }))] },
});

test.each<[string, object, object]>([
  ['names, keys and addresses', { id: 'a', _rid: '1', partitionKey: { paths: ['/a'] } }, { id: 'b', _rid: '2' }],
  ['the order of paths', indexing('/a/?', '/b/?'), indexing('/b/?', '/a/?')],
  ['policies that say nothing', { uniqueKeyPolicy: { uniqueKeys: [] }, computedProperties: [] }, {}],
  [
    'the order of members',
    { conflictResolutionPolicy: { mode: 'm', path: 'p' } },
    { conflictResolutionPolicy: { path: 'p', mode: 'm' } },
  ],
])('containers do not differ in %s', (_, source, target) => {
  expect(definitionDifferences(source as never, target as never)).toEqual([]);
});

test.each<[string, object, object]>([
  ['time to live in seconds (none; in the target 60)', {}, { defaultTtl: 60 }],
  ['time to live in seconds (-1; in the target 60)', { defaultTtl: -1 }, { defaultTtl: 60 }],
  ['indexing', indexing('/a/?'), indexing('/b/?')],
  ['indexing', composite('/a', '/b'), composite('/b', '/a')],
  ['indexing', { indexingPolicy: { automatic: false } }, { indexingPolicy: { automatic: true } }],
  ['unique keys', { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a'] }] } }, {}],
  ['somethingNew (x; in the target none)', { somethingNew: 'x' }, {}],
])('it is said that they differ in %s', (expected, source, target) => {
  expect(definitionDifferences(source as never, target as never)).toEqual([expected]);
});
