import type { Value } from '../../value.ts';

export type Position = readonly [longitude: number, latitude: number, ...others: number[]];

/** The lines of each polygon. A LineString is a single line here, and a Point is a line of one position. */
export type Coordinates = readonly (readonly (readonly Position[])[])[];

/** How deep the positions of each type lie in its `coordinates`. */
export const DEPTHS: ReadonlyMap<Value, number> = new Map([
  ['Point', 0],
  ['LineString', 1],
  ['Polygon', 2],
  ['MultiPolygon', 3],
]);

/** `undefined` when they are not nested as the type wants them to be. */
export function coordinatesOf(value: Value, depth: number): Coordinates | undefined {
  let nested = value;
  for (let level = depth; level < 3; level++) nested = [nested];
  return isNested(nested, 3) ? (nested as Coordinates) : undefined;
}

function isNested(value: Value, depth: number): boolean {
  if (!Array.isArray(value) || value.length === 0) return false;
  return depth > 0 ? value.every((item) => isNested(item, depth - 1)) : isPosition(value);
}

/** What follows, such as an altitude, is of no matter. */
function isPosition(values: readonly Value[]): boolean {
  return values.length >= 2 && values.every(Number.isFinite);
}

/** Why these are no geometry of the type, before a look at where the lines go. */
export function flawOfCoordinates(coordinates: Coordinates, depth: number): string | undefined {
  const positions = coordinates.flat(2);
  if (positions.length > POSITIONS_MAX) return TOO_MANY;
  // The bounds of SQL Server's geography, whose words for latitudes the service has.
  if (positions.some(([, latitude]) => Math.abs(latitude) > 90)) {
    return 'Latitude values must be between -90 and 90 degrees.';
  }
  if (positions.some(([longitude]) => Math.abs(longitude) > 15_069)) {
    return 'Longitude values must be between -15069 and 15069 degrees.';
  }
  return depth >= 2 ? coordinates.map(flawOfRings).find((flaw) => flaw !== undefined) : undefined;
}

/** The service's limit for a geometry. */
const POSITIONS_MAX = 256;
const TOO_MANY = `Maximum allowed point count per geometry is exceeded. Currently maximum supported number of points is ${POSITIONS_MAX}.`;

function flawOfRings(rings: readonly (readonly Position[])[]): string | undefined {
  for (const [index, ring] of rings.entries()) {
    if (isClosed(ring)) continue;
    const problem = `the start and end points of the ring number ${index + 1} are not the same`;
    return `The Polygon input is not valid because ${problem}. Each ring of a polygon must have the same start and end points.`;
  }
  return undefined;
}

function isClosed(ring: readonly Position[]): boolean {
  const [first, last] = [ring[0], ring.at(-1)];
  return first?.[0] === last?.[0] && first?.[1] === last?.[1];
}
