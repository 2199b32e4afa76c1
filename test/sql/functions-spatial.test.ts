import { describe, expect, test } from 'vitest';
import { callFunction, type Row, testRows } from './functions-rows.ts';
import { box, line, type Position, point, polygon, polygons } from './geometries.ts';

const UNIT = polygon(box(0, 0, 10, 10));
const HOLED = polygon(box(0, 0, 10, 10), box(4, 4, 6, 6).reverse());
const INVERSE = polygon(box(0, 0, 10, 10).reverse());
const TWO = polygons(polygon(box(0, 0, 10, 10)), polygon(box(20, 0, 30, 10)));
const DATELINE = polygon(box(170, -10, -170, 10));
const POLAR = polygon([0, 1, 2, 3].map((quarter): Position => [quarter * 90, 80]));

describe('as documented:', () => {
  const campus = polygon([
    [-122.13236581015025, 47.64606476313813],
    [-122.13221982500913, 47.633757091363975],
    [-122.11840598103835, 47.641749416109235],
    [-122.12061400629656, 47.64589264786028],
  ]);
  const highway = polygon([
    [-122.13693695285855, 47.64996065621003],
    [-122.1351662656516, 47.64627863318731],
    [-122.13488295569863, 47.646326350048696],
    [-122.1366182291613, 47.650016321952904],
  ]);
  const crossed = polygon([
    [-122.14034847687708, 47.6494835188378],
    [-122.14014779899375, 47.64625477474044],
    [-122.13256925774829, 47.646207057813655],
    [-122.13254564858545, 47.64941990019193],
  ]);
  const [good, bad] = [point(-84.38876194345323, 33.75682784306348), point(133.7568278430635, -184.38876194345323)];
  const village = polygon(box(31.8, -5, 32, -4.7));
  testRows([
    ['ST_WITHIN', [point(-122.12824857332558, 47.6395516675712), campus], true],
    ['ST_WITHIN', [point(31.9, -4.8), village], true],
    ['ST_INTERSECTS', [highway, crossed], true],
    ['ST_ISVALID', [good], true],
    ['ST_ISVALID', [bad], false],
    ['ST_ISVALID', [point(31.9, -132.8)], false],
    ['ST_ISVALIDDETAILED', [good], { valid: true }],
    ['ST_ISVALIDDETAILED', [bad], invalid('Latitude values must be between -90 and 90 degrees.')],
    [
      'ST_ISVALIDDETAILED',
      [{ type: 'Polygon', coordinates: [box(31.8, -5, 32, -4.7)] }],
      invalid(
        'The Polygon input is not valid because the start and end points of the ring number 1 are not the same. Each ring of a polygon must have the same start and end points.',
      ),
    ],
  ]);

  const office = point(-122.11758113953535, 47.66901087006131);
  test.each([
    ['Headquarters', point(-122.12826822304672, 47.63980239335718), 3_345.269817267368],
    ['Research and development', point(-96.84368664765994, 46.81297794314663), 1_907_438.421299902],
  ])('ST_DISTANCE of %s, to 1e-7', (_, place, metres) => {
    expect(Math.abs(Number(callFunction('ST_DISTANCE', [place, office])) / metres - 1)).toBeLessThan(1e-7);
  });

  test('ST_AREA, to 1e-9', () => {
    expect(Number(callFunction('ST_AREA', [village])) / 735_970_283.0522614).toBeCloseTo(1, 9);
  });
});

describe('as people have seen the service answer: edges bend towards the poles', () => {
  const tile = polygon(box(19, 48, 20, 49));
  const screen = (west: number, east: number) => polygon(box(west, 35.98678, east, 54.33566));
  const marker = point(24.890739, 41.128275);
  testRows([
    ['ST_WITHIN', [point(19.59907, 48.00011), tile], false],
    ['ST_WITHIN', [point(19.59907, 48.00105), tile], true],
    ['ST_INTERSECTS', [marker, screen(-18.62072, 42.28749)], true],
    ['ST_INTERSECTS', [marker, screen(-31.21105, 54.87782)], false],
  ]);
});

describe('what is no geometry is not valid, and', () => {
  const ring = Array.from(
    { length: 256 },
    (_, index): Position => [10 * Math.cos((index * Math.PI) / 128), 10 * Math.sin((index * Math.PI) / 128)],
  );
  const reasons: readonly (readonly [value: unknown, reason: string])[] = [
    [{}, 'The type of a geometry must be one of Point, LineString, Polygon, MultiPolygon.'],
    [
      { type: 'MultiPoint', coordinates: [[1, 2]] },
      'The type of a geometry must be one of Point, LineString, Polygon, MultiPolygon.',
    ],
    [
      { type: 'Point', coordinates: [1] },
      'The coordinates of a Point must be positions in 0 arrays that are not empty.',
    ],
    [
      { type: 'Point', coordinates: ['1', 2] },
      'The coordinates of a Point must be positions in 0 arrays that are not empty.',
    ],
    [
      { type: 'Polygon', coordinates: [] },
      'The coordinates of a Polygon must be positions in 2 arrays that are not empty.',
    ],
    [point(15_070, 0), 'Longitude values must be between -15069 and 15069 degrees.'],
    [
      line([1, 1], [361, 1]),
      'The LineString input is not valid because it does not have enough distinct points. A LineString must have at least two distinct points.',
    ],
    [line([0, 0], [180, 0]), 'An edge must not have antipodal endpoints.'],
    [
      polygon([
        [0, 0],
        [1, 1],
      ]),
      'The Polygon input is not valid because the ring does not have enough distinct points. Each ring of a polygon must contain at least three distinct points.',
    ],
    [
      polygon(ring),
      'Maximum allowed point count per geometry is exceeded. Currently maximum supported number of points is 256.',
    ],
    [
      polygon([
        [0, 0],
        [10, 10],
        [10, 0],
        [0, 10],
      ]),
      'Not valid because polygon ring (1) intersects itself or some other ring.',
    ],
    [
      polygon([
        [0, 0],
        [10, 0],
        [20, 0],
        [10, 0],
        [5, 5],
      ]),
      'Not valid because polygon ring (1) intersects itself or some other ring.',
    ],
    [
      polygon(box(0, 0, 10, 10), box(4, 4, 16, 6).reverse()),
      'Not valid because polygon ring (1) intersects itself or some other ring.',
    ],
    [
      polygon(box(0, 0, 10, 10), box(4, 4, 6, 6)),
      'Not valid because polygon ring (2) does not have the interior of the polygon to its left.',
    ],
    [
      polygon(box(0, 0, 10, 10), box(14, 4, 16, 6).reverse()),
      'Not valid because polygon ring (1) does not have the interior of the polygon to its left.',
    ],
    [
      polygons(UNIT, polygon(box(4, 4, 6, 6))),
      'Not valid because some portion of a polygon lies in the interior of another polygon.',
    ],
    [polygons(UNIT, UNIT), 'Not valid because some portion of a polygon lies in the interior of another polygon.'],
  ];
  testRows(reasons.map(([value, reason]): Row => ['ST_ISVALIDDETAILED', [value], invalid(reason)]));
  testRows(reasons.map(([value]): Row => ['ST_ISVALID', [value], false]));
  describe('everything else of it is undefined:', () => {
    testRows(reasons.map(([value]): Row => ['ST_DISTANCE', [point(0, 0), value], undefined]));
    testRows(reasons.map(([value]): Row => ['ST_AREA', [value], undefined]));
    testRows(
      ['text', 1, null, [], undefined].flatMap((value): Row[] => [
        ['ST_ISVALID', [value], undefined],
        ['ST_ISVALIDDETAILED', [value], undefined],
        ['ST_WITHIN', [value, UNIT], undefined],
        ['ST_INTERSECTS', [UNIT, value], undefined],
      ]),
    );
  });
  testRows([
    ['ST_ISVALID', [polygon(ring.slice(1))], true],
    ['ST_ISVALID', [{ type: 'Point', coordinates: [1, 2, 300, 4], crs: {}, bbox: 5 }], true],
    ['ST_ISVALID', [HOLED], true],
    ['ST_ISVALID', [INVERSE], true],
    ['ST_ISVALID', [polygons(UNIT, polygon(box(10, 10, 20, 20)))], true],
    [
      'ST_ISVALID',
      [
        polygon(box(0, 0, 10, 10), [
          [0, 0],
          [5, 6],
          [6, 5],
        ]),
      ],
      true,
    ],
  ]);
});

describe('within and intersects:', () => {
  testRows([
    ...bothWays(point(5, 5), UNIT, true, true),
    ...bothWays(point(15, 5), UNIT, false, false),
    ...bothWays(point(0, 0), UNIT, false, true),
    ...bothWays(point(0, 5), UNIT, false, true),
    ...bothWays(point(5, 5), HOLED, false, false),
    ...bothWays(point(3, 5), HOLED, true, true),
    ...bothWays(point(5, 5), INVERSE, false, false),
    ...bothWays(point(-170, -5), INVERSE, true, true),
    ...bothWays(point(25, 5), TWO, true, true),
    ...bothWays(point(15, 5), TWO, false, false),
    ...bothWays(point(180, 0), DATELINE, true, true),
    ...bothWays(point(-180, 9), DATELINE, true, true),
    ...bothWays(point(535, 0), DATELINE, true, true),
    ...bothWays(point(0, 0), DATELINE, false, false),
    ...bothWays(point(77, 90), POLAR, true, true),
    ...bothWays(point(45, 80), POLAR, false, false),
    ...bothWays(point(0, -90), POLAR, false, false),
    ...bothWays(point(1, 2), point(361, 2), true, true),
    ...bothWays(point(5, 0), line([0, 0], [10, 0]), true, true),
    ...bothWays(point(5, 1), line([0, 0], [10, 0]), false, false),
    ...bothWays(line([2, 5], [8, 5]), UNIT, true, true),
    ...bothWays(line([2, 5], [8, 5]), HOLED, false, true),
    ...bothWays(line([4.5, 5], [5.5, 5]), HOLED, false, false),
    ...bothWays(line([0, 2], [0, 8]), UNIT, false, true),
    ...bothWays(line([0, 2], [0, 8], [5, 5]), UNIT, true, true),
    ...bothWays(line([5, 5], [25, 5]), TWO, false, true),
    ...bothWays(line([2, 0], [8, 0]), line([0, 0], [5, 0], [10, 0]), true, true),
    ...bothWays(line([2, -1], [2, 1]), line([0, 0], [10, 0]), false, true),
    ...bothWays(UNIT, UNIT, true, true),
    ...bothWays(polygon(box(2, 2, 3, 3)), UNIT, true, true),
    ...bothWays(polygon(box(2, 2, 3, 3)), HOLED, true, true),
    ...bothWays(polygon(box(3, 3, 7, 7)), HOLED, false, true),
    ...bothWays(polygon(box(4.5, 4.5, 5.5, 5.5)), HOLED, false, false),
    ...bothWays(UNIT, polygon(box(2, 2, 3, 3)), false, true),
    ...bothWays(polygon(box(2, 2, 3, 3)), INVERSE, false, false),
    ...bothWays(polygon(box(50, 50, 60, 60)), INVERSE, true, true),
    ...bothWays(polygon(box(10, 0, 20, 10)), UNIT, false, true),
    ...bothWays(polygon(box(10, 10, 20, 20)), UNIT, false, true),
    ...bothWays(polygon(box(10.001, 0, 20, 10)), UNIT, false, false),
    ...bothWays(TWO, polygon(box(-1, -1, 31, 11)), true, true),
    ...bothWays(UNIT, TWO, true, true),
    ...bothWays(polygon(box(1, 1, 29, 9)), TWO, false, true),
    ...bothWays(UNIT, line([2, 5], [8, 5]), false, true),
  ]);
});

describe('areas of points and lines are 0:', () => {
  testRows([
    ['ST_AREA', [point(1, 2)], 0],
    ['ST_AREA', [line([1, 2], [3, 4])], 0],
  ]);
});

function invalid(reason: string): unknown {
  return { valid: false, reason };
}

/** What intersects does so from either side. */
function bothWays(one: unknown, other: unknown, isWithin: boolean, intersects: boolean): Row[] {
  return [
    ['ST_WITHIN', [one, other], isWithin],
    ['ST_INTERSECTS', [one, other], intersects],
    ['ST_INTERSECTS', [other, one], intersects],
  ];
}
