import { describe, expect, test } from 'vitest';
import { type Random, randomFrom } from '../support/random.ts';
import { callFunction } from './functions-rows.ts';
import {
  between,
  box,
  type Direction,
  geocentric,
  line,
  moved,
  type Position,
  point,
  polygon,
  radians,
  randomPosition,
  randomStar,
} from './geometries.ts';

const EARTH = 510_065_621_724_088.4;
const EQUATOR_RADIUS = 6_378_137;
const ECCENTRICITY = Math.sqrt((2 - 1 / 298.257223563) / 298.257223563);

const distance = (one: unknown, other: unknown): number => callFunction('ST_DISTANCE', [one, other]) as number;
const area = (one: unknown): number => callFunction('ST_AREA', [one]) as number;
const within = (one: unknown, other: unknown): unknown => callFunction('ST_WITHIN', [one, other]);
const intersects = (one: unknown, other: unknown): unknown => callFunction('ST_INTERSECTS', [one, other]);

describe('the distance of points', () => {
  const meridian = 20_003_931.4586;
  test.each([
    ['an hour of the equator', point(0, 0), point(15, 0), (EQUATOR_RADIUS * Math.PI) / 12],
    ['pole to pole', point(0, 90), point(0, -90), meridian],
    ['opposite on the equator, by a pole', point(0, 0), point(180, 0), meridian],
    ['opposite elsewhere', point(20, 30), point(-160, -30), meridian],
    ['a pole of any longitude', point(17, 90), point(-40, 90), 0],
    // Published with GeographicLib: Vincenty's formula converges slowly for the first, and never for the second.
    ['almost opposite', point(0, 0), point(179.5, 0.5), 19_936_288.579],
    ['closer to opposite', point(0, 0), point(179.7, 0.5), 19_944_127.421],
  ])('%s is right to a millimetre', (_, one, other, metres) => {
    expect(Math.abs(distance(one, other) - metres)).toBeLessThan(1e-3);
  });

  test('has no steps where the formula changes', () => {
    const random = randomFrom(3);
    for (let run = 0; run < 300; run++) {
      const from = randomPosition(random);
      const opposite: Position = [from[0] + 180, -from[1]];
      const turn = random.fraction() * 2 * Math.PI;
      const away = random.fraction() * 1.5;
      const [near, far] = [away, away + 1e-4].map((degrees) => moved(opposite, turn, degrees));
      const step = distance(point(...(near as Position)), point(...(far as Position)));
      const difference =
        distance(point(...from), point(...(near as Position))) - distance(point(...from), point(...(far as Position)));
      expect(Math.abs(difference)).toBeLessThanOrEqual(step + 1e-3);
    }
  });
});

describe('the distance of shapes', () => {
  test('is the same from either side, and keeps the triangle inequality through a point', () => {
    forShapes(200, 4, (one, other, random) => {
      const [there, middle] = [distance(one, other), point(...randomPosition(random))];
      expect(Math.abs(there - distance(other, one))).toBeLessThanOrEqual(1e-3 + 1e-9 * there);
      expect(there).toBeLessThanOrEqual(distance(one, middle) + distance(middle, other) + 1e-3 + 1e-9 * there);
    });
  });

  test('is 0 exactly for those that intersect', () => {
    forShapes(300, 5, (one, other) => expect(distance(one, other) === 0).toBe(intersects(one, other)));
  });

  test('of a point and a line is the least of dense samples, near and far', () => {
    const random = randomFrom(6);
    for (let run = 0; run < 150; run++) {
      const start = randomPosition(random);
      const end = moved(start, random.fraction() * 7, 10 ** (random.fraction() * 5 - 3));
      const from = moved(start, random.fraction() * 7, 10 ** (random.fraction() * 5.2 - 3));
      const found = distance(point(...from), line(start, end));
      const sampled = leastOnEdge(from, start, end);
      expect(Math.abs(found - sampled), JSON.stringify({ start, end, from })).toBeLessThanOrEqual(
        1e-3 + 1e-9 * sampled,
      );
    }
  });

  test('of a point and a line of many edges is that to the nearest of them', () => {
    const random = randomFrom(12);
    for (let run = 0; run < 40; run++) {
      const center = randomPosition(random);
      const away = random.fraction() * 170;
      const from = point(...moved(center, random.fraction() * 7, away));
      const reach = 10 ** (random.fraction() * 2.5 - 1);
      const corners = Array.from({ length: 60 }, () => moved(center, random.fraction() * 7, reach * random.fraction()));
      const edges = corners.slice(1).map((end, index) => distance(from, line(corners[index] as Position, end)));
      const nearest = Math.min(...edges);
      expect(Math.abs(distance(from, line(...corners)) - nearest)).toBeLessThanOrEqual(1e-3 + 1e-9 * nearest);
    }
  });

  test('of two polygons is the least of dense samples of their edges', () => {
    const random = randomFrom(7);
    for (let run = 0; run < 12; run++) {
      const center = randomPosition(random);
      const reach = 10 ** (random.fraction() * 3 - 2);
      const one = randomStar(random, center, reach);
      const other = randomStar(random, moved(center, random.fraction() * 7, reach * 2.1), reach);
      const found = distance(polygon(one), polygon(other));
      let sampled = Number.POSITIVE_INFINITY;
      for (const from of samples(one, 40)) {
        for (const to of samples(other, 40)) sampled = Math.min(sampled, distance(point(...from), point(...to)));
      }
      expect(found).toBeLessThanOrEqual(sampled + 1e-3);
      expect(sampled - found).toBeLessThanOrEqual((reach * 111_000 * 2) / 40);
    }
  });

  test('of a place where all places of a line are equally near on a sphere is that to the nearest on the ellipsoid', () => {
    const meridian = line([90, 0], [90, 45], [90, 89]);
    expect(distance(point(0, 0), meridian)).toBeCloseTo(distance(point(0, 0), point(90, 89)), 3);
    expect(distance(point(0, 90), line([0, 0], [170, 0]))).toBeCloseTo(10_001_965.7293, 3);
  });
});

describe('a polygon', () => {
  test('has the places that a plane drawing of it has, great ellipses being straight lines there', () => {
    const random = randomFrom(8);
    const seen = { true: 0, false: 0 };
    for (let run = 0; run < 1500; run++) {
      const center = randomPosition(random);
      const reach = 10 ** (random.fraction() * 4 - 2.3);
      const ring = randomStar(random, center, reach);
      const place = moved(center, random.fraction() * 7, reach * random.fraction());
      const expected = isInside(
        gnomonic(place, center),
        ring.map((corner) => gnomonic(corner, center)),
      );
      seen[`${expected}`]++;
      expect(within(point(...place), polygon(ring))).toBe(expected);
      expect(within(point(...place), polygon(ring.toReversed()))).toBe(!expected);
      if (expected) expect(distance(point(...place), polygon(ring))).toBe(0);
    }
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(300);
  });

  test('within another intersects it, is no larger, and its points are within the other too', () => {
    let count = 0;
    forShapes(600, 9, (one, other) => {
      if (within(one, other) !== true) return;
      count++;
      expect(intersects(one, other)).toBe(true);
      expect(area(one)).toBeLessThanOrEqual(area(other) * (1 + 1e-9));
      for (const corner of corners(one)) expect(intersects(point(...corner), other)).toBe(true);
    });
    expect(count).toBeGreaterThan(30);
  });
});

describe('the area', () => {
  test('of a rectangle of longitudes and latitudes, its parallels in small steps, is that of the closed formula', () => {
    for (const [west, south, east, north] of [
      [0, 0, 1, 1],
      [170, -60, 190, -50],
      [-10, 70, 20, 89],
    ] as const) {
      // Edges bend off the parallels by an area that falls with the square of the steps: two sizes show the limit.
      const coarse = area(polygon(stepped(west, south, east, north, 50)));
      const fine = area(polygon(stepped(west, south, east, north, 100)));
      const limit = fine + (fine - coarse) / 3;
      const expected = radians(east - west) * (belowParallel(north) - belowParallel(south));
      expect(limit / expected).toBeCloseTo(1, 8);
    }
  });

  test('of an octant, of halves and of all but a part is known', () => {
    expect(
      area(
        polygon([
          [0, 0],
          [90, 0],
          [0, 90],
        ]),
      ) /
        (EARTH / 8),
    ).toBeCloseTo(1, 12);
    expect(
      area(
        polygon([
          [0, 0],
          [90, 0],
          [180, 0],
          [-90, 0],
        ]),
      ) /
        (EARTH / 2),
    ).toBeCloseTo(1, 12);
    expect(
      area(
        polygon([
          [0, 90],
          [0, 0],
          [0, -90],
          [180, 0],
        ]),
      ) /
        (EARTH / 2),
    ).toBeCloseTo(1, 12);
    const random = randomFrom(10);
    for (let run = 0; run < 200; run++) {
      const ring = randomStar(random, randomPosition(random), 10 ** (random.fraction() * 4 - 2.3));
      expect((area(polygon(ring)) + area(polygon(ring.toReversed()))) / EARTH).toBeCloseTo(1, 12);
    }
  });

  test('of a polygon is the sum of the parts it is cut into, and a hole is missing in it', () => {
    const random = randomFrom(11);
    for (let run = 0; run < 300; run++) {
      const center = randomPosition(random);
      const reach = 10 ** (random.fraction() * 5 - 3.3);
      const ring = randomStar(random, center, reach);
      const whole = area(polygon(ring));
      const parts = ring.map((corner, index) =>
        area(polygon([center, corner, ring.at(index - ring.length + 1) as Position])),
      );
      if (ring.length > 3)
        expect(Math.abs(parts.reduce((sum, part) => sum + part, 0) - whole)).toBeLessThanOrEqual(0.1 + 1e-9 * whole);
      const hole = [0, 2, 4].map((turn) => moved(center, turn, reach * 0.01));
      const holed = callFunction('ST_AREA', [polygon(ring, hole.toReversed())]);
      if (holed !== undefined)
        expect(Math.abs(whole - area(polygon(hole)) - Number(holed))).toBeLessThanOrEqual(0.1 + 1e-9 * whole);
    }
  });

  test('of a polygon over a pole or the dateline is that of the same polygon elsewhere on its parallel', () => {
    const ring = box(-7, 20, 9, 33);
    const turned = (by: number) =>
      area(polygon(ring.map(([longitude, latitude]): Position => [longitude + by, latitude])));
    for (const by of [90, 173, 180, 187, 1000]) expect(turned(by) / turned(0)).toBeCloseTo(1, 11);
    const cap = (from: number) => area(polygon([0, 1, 2, 3, 4].map((fifth): Position => [from + fifth * 72, 85])));
    expect(cap(31) / cap(0)).toBeCloseTo(1, 11);
    expect(cap(0)).toBeLessThan(2 * Math.PI * (belowParallel(90) - belowParallel(85)));
  });
});

type Geometry = ReturnType<typeof line> | ReturnType<typeof polygon>;

/** Pairs of polygons and lines of like size, near each other. */
function forShapes(count: number, seed: number, check: (one: Geometry, other: Geometry, random: Random) => void): void {
  const random = randomFrom(seed);
  for (let run = 0; run < count; run++) {
    const center = randomPosition(random);
    const reach = 10 ** (random.fraction() * 3 - 2);
    const shape = (size: number): Geometry => {
      const ring = randomStar(
        random,
        moved(center, random.fraction() * 7, reach * random.fraction() * 2),
        reach * size,
      );
      return random.chance(0.3) ? line(...ring) : polygon(ring);
    };
    check(shape(random.fraction()), shape(1 + random.fraction()), random);
  }
}

function corners(shape: Geometry): Position[] {
  return (shape.type === 'Polygon' ? shape.coordinates.flat() : shape.coordinates) as Position[];
}

function samples(ring: readonly Position[], count: number): Position[] {
  return ring.flatMap((corner, index) => {
    const next = ring[(index + 1) % ring.length] as Position;
    return Array.from({ length: count }, (_, part) => between(corner, next, part / count));
  });
}

/** By ever closer samples around the best one. */
function leastOnEdge(from: Position, start: Position, end: Position): number {
  let [low, high, best, least] = [0, 1, 0, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 8; round++) {
    for (let index = 0; index <= 50; index++) {
      const part = low + ((high - low) * index) / 50;
      const found = distance(point(...from), point(...between(start, end, part)));
      if (found < least) [least, best] = [found, part];
    }
    const width = (high - low) / 20;
    [low, high] = [Math.max(0, best - width), Math.min(1, best + width)];
  }
  return least;
}

/** Seen from the middle of the earth, on a plane that touches it at the center. */
function gnomonic(position: Position, center: Position): [number, number] {
  const [up, east]: Direction[] = [
    geocentric(center),
    [-Math.sin(radians(center[0])), Math.cos(radians(center[0])), 0],
  ];
  const [u, e, p] = [up as Direction, east as Direction, geocentric(position)];
  const north: Direction = [u[1] * e[2] - u[2] * e[1], u[2] * e[0] - u[0] * e[2], u[0] * e[1] - u[1] * e[0]];
  const on = (axis: Direction): number => axis[0] * p[0] + axis[1] * p[1] + axis[2] * p[2];
  return [on(e) / on(u), on(north) / on(u)];
}

function isInside([x, y]: [number, number], ring: readonly [number, number][]): boolean {
  return ring.reduce((inside, [x1, y1], index) => {
    const [x2, y2] = ring[(index + 1) % ring.length] as [number, number];
    return y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1) ? !inside : inside;
  }, false);
}

function stepped(west: number, south: number, east: number, north: number, steps: number): Position[] {
  const along = (latitude: number) =>
    Array.from({ length: steps + 1 }, (_, index): Position => [west + ((east - west) * index) / steps, latitude]);
  return [...along(south), ...along(north).toReversed()];
}

/** Square metres between the equator and a parallel, by radian of longitude. */
function belowParallel(latitude: number): number {
  const sine = Math.sin(radians(latitude));
  const inner = sine / (1 - (ECCENTRICITY * sine) ** 2) + Math.atanh(ECCENTRICITY * sine) / ECCENTRICITY;
  return (EQUATOR_RADIUS ** 2 * (1 - ECCENTRICITY ** 2) * inner) / 2;
}
