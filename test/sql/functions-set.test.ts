import { describe } from 'vitest';
import { testRows } from './functions-rows.ts';

const MANY = Array.from({ length: 100_000 }, (_, at) => ({ at }));

describe('as documented:', () => {
  testRows([
    [
      'SETINTERSECT',
      [
        [1, 2, 3, 4],
        [3, 4, 5, 6],
      ],
      [3, 4],
    ],
    ['SETINTERSECT', [[1, 2, 3, 4], []], []],
    [
      'SETINTERSECT',
      [
        [1, 2, 3, 4],
        [1, 1, 1, 1],
      ],
      [1],
    ],
    [
      'SETINTERSECT',
      [
        [1, 2, 3, 4],
        ['A', 'B'],
      ],
      [],
    ],
    [
      'SETINTERSECT',
      [
        [1, 2, 'A', 'B'],
        ['A', 1],
      ],
      ['A', 1],
    ],
    [
      'SETUNION',
      [
        [1, 2, 3, 4],
        [3, 4, 5, 6],
      ],
      [1, 2, 3, 4, 5, 6],
    ],
    ['SETUNION', [[1, 2, 3, 4], []], [1, 2, 3, 4]],
    [
      'SETUNION',
      [
        [1, 2, 3, 4],
        [1, 1, 1, 1],
      ],
      [1, 2, 3, 4],
    ],
    [
      'SETUNION',
      [
        [1, 2, 'A', 'B'],
        ['A', 1],
      ],
      [1, 2, 'A', 'B'],
    ],
    [
      'SETDIFFERENCE',
      [
        [1, 2, 3],
        [1, 2, 6, 7],
      ],
      [3],
    ],
    [
      'SETDIFFERENCE',
      [
        [1, 2, 6, 7],
        [1, 2, 3],
      ],
      [6, 7],
    ],
    [
      'SETDIFFERENCE',
      [
        [1, 2, 3, 4],
        [1, 2, 3, 4, 5, 6],
      ],
      [],
    ],
    ['SETDIFFERENCE', [[], [1, 2, 3]], []],
    ['SETDIFFERENCE', [[1, 2, 3], []], [1, 2, 3]],
    [
      'SETDIFFERENCE',
      [
        [1, 1, 1, 1],
        [2, 3, 4],
      ],
      [1],
    ],
  ]);
});

describe('items are the same when they are equal:', () => {
  testRows([
    [
      'SETEQUAL',
      [
        [1, 2],
        [2, 1, 1],
      ],
      true,
    ],
    [
      'SETEQUAL',
      [
        [1, 2],
        [1, 3],
      ],
      false,
    ],
    ['SETEQUAL', [[1, 2], [1]], false],
    ['SETEQUAL', [[], []], true],
    ['SETEQUAL', [[{ a: 1, b: [2] }], [{ b: [2], a: 1 }]], true],
    ['SETEQUAL', [[[1, 2]], [[2, 1]]], false],
    ['SETEQUAL', [[1], ['1']], false],
    ['SETEQUAL', [[null], ['null']], false],
    ['SETEQUAL', [[['a,b']], [['a', 'b']]], false],
    ['SETEQUAL', [[{ a: 1 }], [['a', 1]]], false],
    ['SETUNION', [[1, undefined], [undefined]], [1]],
    ['SETUNION', [[true], [1, 'true']], [true, 1, 'true']],
    ['SETINTERSECT', [[{ a: 1, b: 2 }], [{ b: 2, a: 1 }]], [{ b: 2, a: 1 }]],
    ['SETDIFFERENCE', [[null, 0, ''], [0]], [null, '']],
    ['SETEQUAL', [MANY, MANY.toReversed()], true],
  ]);
});

describe('arguments of a wrong type give undefined:', () => {
  testRows([
    ['SETUNION', [[1], 1], undefined],
    ['SETINTERSECT', ['ab', 'b'], undefined],
    ['SETDIFFERENCE', [undefined, [1]], undefined],
    ['SETEQUAL', [{}, {}], undefined],
  ]);
});
