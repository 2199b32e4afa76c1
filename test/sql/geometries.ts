import type { Random } from '../support/random.ts';

export type Position = readonly [longitude: number, latitude: number];
export type Direction = readonly [x: number, y: number, z: number];

export const point = (longitude: number, latitude: number) => ({ type: 'Point', coordinates: [longitude, latitude] });
export const line = (...positions: readonly Position[]) => ({ type: 'LineString', coordinates: positions });
/** Closes its rings. */
export const polygon = (...rings: readonly (readonly Position[])[]) => ({
  type: 'Polygon',
  coordinates: rings.map((ring) => [...ring, ring[0]]),
});
export const polygons = (...parts: readonly { coordinates: unknown }[]) => ({
  type: 'MultiPolygon',
  coordinates: parts.map(({ coordinates }) => coordinates),
});

/** The corners of a rectangle of longitudes and latitudes, counter-clockwise. */
export function box(west: number, south: number, east: number, north: number): Position[] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

/** Somewhere on the sphere, nowhere more likely than elsewhere. */
export function randomPosition(random: Random): Position {
  return [random.fraction() * 360 - 180, degrees(Math.asin(random.fraction() * 2 - 1))];
}

/** A star around a center, counter-clockwise, that reaches up to so many degrees; a simple ring in any case. */
export function randomStar(random: Random, center: Position, reach: number): Position[] {
  const corners = 3 + random.integer(9);
  return Array.from({ length: corners }, (_, index) => {
    const turn = ((index + 0.8 * random.fraction()) / corners) * 2 * Math.PI;
    return moved(center, turn, reach * (0.3 + 0.7 * random.fraction()));
  });
}

/** That many degrees from the center, on a sphere; turns go counter-clockwise from east. */
export function moved(center: Position, turn: number, away: number): Position {
  const [east, north, up] = [
    Math.sin(radians(away)) * Math.cos(turn),
    Math.sin(radians(away)) * Math.sin(turn),
    Math.cos(radians(away)),
  ];
  const [sine, cosine] = [Math.sin(radians(center[1])), Math.cos(radians(center[1]))];
  const longitude = center[0] + degrees(Math.atan2(east, up * cosine - north * sine));
  return [longitude, degrees(Math.asin(Math.max(-1, Math.min(1, up * sine + north * cosine))))];
}

const FLATTENING = 1 / 298.257223563;

/** From the middle of the earth, in its true form. */
export function geocentric([longitude, latitude]: Position): Direction {
  const z = (1 - FLATTENING) ** 2 * Math.sin(radians(latitude));
  const across = Math.cos(radians(latitude));
  const length = Math.hypot(across, z);
  return [
    (across * Math.cos(radians(longitude))) / length,
    (across * Math.sin(radians(longitude))) / length,
    z / length,
  ];
}

/** A place of the great ellipse between two positions: `part` of the chord is before it. */
export function between(from: Position, to: Position, part: number): Position {
  const [start, end] = [geocentric(from), geocentric(to)];
  const [x, y, z] = start.map((value, axis) => value * (1 - part) + (end[axis] as number) * part) as [
    number,
    number,
    number,
  ];
  return [degrees(Math.atan2(y, x)), degrees(Math.atan2(z, (1 - FLATTENING) ** 2 * Math.hypot(x, y)))];
}

export function radians(value: number): number {
  return (value * Math.PI) / 180;
}

function degrees(value: number): number {
  return (value * 180) / Math.PI;
}
