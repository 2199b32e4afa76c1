import { expect, test } from 'vitest';
import { EVERYTHING, type Range } from '../../src/contract.ts';
import { assertTiles } from '../../src/pipeline/tiling.ts';

test.each<[string, string[], Range?]>([
  ['one range for everything', ['-FF']],
  ['ranges in any order', ['80-FF', '-40', '40-80']],
  ['a part of the key space', ['50-60', '40-50'], { min: '40', max: '60' }],
])('%s tiles', (_, ranges, whole = EVERYTHING) => {
  expect(() => assertTiles(ranges.map(parse), whole)).not.toThrow();
});

test.each<[string, string[], Range?]>([
  ['nothing', []],
  ['a hole at the start', ['40-FF']],
  ['a hole in the middle', ['-40', '50-FF']],
  ['a hole at the end', ['-40', '40-F0']],
  ['an overlap', ['-50', '40-FF']],
  ['a range that is there twice', ['-40', '-40', '40-FF']],
  ['a range inside another', ['-FF', '40-50']],
  ['an empty range', ['-40', '40-40', '40-FF']],
  ['a range that is turned round', ['-80', '80-40', '40-FF']],
  ['more than the whole', ['-80', '80-FF'], { min: '', max: '80' }],
  ['a start before the whole', ['30-60'], { min: '40', max: '60' }],
])('%s breaks an invariant', (_, ranges, whole = EVERYTHING) => {
  expect(() => assertTiles(ranges.map(parse), whole)).toThrow(/broken invariant: ranges tile/);
});

function parse(text: string): Range {
  const [min = '', max = ''] = text.split('-');
  return { min, max };
}
