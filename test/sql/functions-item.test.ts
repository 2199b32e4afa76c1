import { describe } from 'vitest';
import { testRows } from './functions-rows.ts';

describe('as documented:', () => {
  testRows([
    ['DOCUMENTID', [{ id: '5741047452', _rid: '36ZyAPW+uN8NAAAAAAAAAA==' }], 13],
    ['IIF', [true, 123, 456], 123],
    ['IIF', [false, 123, 456], 456],
    ['IIF', [123, 123, 456], 456],
    ['IIF', ['ABC', 123, 456], 456],
    ['IIF', [[1, 2, 3], 123, 456], 456],
    ['IIF', [{ name: 'Alice', age: 20 }, 123, 456], 456],
  ]);
});

describe('edges:', () => {
  testRows([
    ['IIF', [undefined, 1, 2], 2],
    ['IIF', [true, undefined, 2], undefined],
    ['IIF', [true, 1, undefined], 1],
    ['DOCUMENTID', [{ _rid: '36ZyAPW+uN+--wAAAAAAAA==' }], 65471],
    ['DOCUMENTID', [{ _rid: '36ZyAPW+uN8=' }], undefined],
    ['DOCUMENTID', [{ _rid: 13 }], undefined],
    ['DOCUMENTID', [{ id: '1' }], undefined],
    ['DOCUMENTID', [null], undefined],
    ['DOCUMENTID', [undefined], undefined],
  ]);
});

describe('vectors:', () => {
  testRows([
    [
      'VECTORDISTANCE',
      [
        [1, 0],
        [1, 0],
      ],
      1,
    ],
    [
      'VECTORDISTANCE',
      [
        [1, 0],
        [0, 2],
      ],
      0,
    ],
    ['VECTORDISTANCE', [[3, 4], [-3, -4], true], -1],
    ['VECTORDISTANCE', [[3, 4], [4, 3], false, { distanceFunction: 'cosine', dataType: 'float32' }], 0.96],
    ['VECTORDISTANCE', [[3, 4], [4, 3], false, { distanceFunction: 'dotproduct' }], 24],
    ['VECTORDISTANCE', [[0, 0], [3, 4], true, { distanceFunction: 'Euclidean' }], 5],
    ['VECTORDISTANCE', [[1, 2], [1, 2], true, { distanceFunction: 'manhattan' }], undefined],
    ['VECTORDISTANCE', [[1, 2], [1, 2], true, { distanceFunction: { toString: 1 } }], undefined],
    [
      'VECTORDISTANCE',
      [
        [0, 0],
        [1, 2],
      ],
      undefined,
    ],
    [
      'VECTORDISTANCE',
      [
        [1, 2],
        [1, 2, 3],
      ],
      undefined,
    ],
    ['VECTORDISTANCE', [[], []], undefined],
    [
      'VECTORDISTANCE',
      [
        [1, '2'],
        [1, 2],
      ],
      undefined,
    ],
    ['VECTORDISTANCE', ['ab', [1, 2]], undefined],
    ['VECTORDISTANCE', [[1, 2], undefined], undefined],
    ['VECTORDISTANCE', [[1, 2], [1, 2], 'true'], undefined],
    ['VECTORDISTANCE', [[1, 2], [1, 2], true, null], undefined],
  ]);
});
