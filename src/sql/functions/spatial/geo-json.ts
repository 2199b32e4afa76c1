import type { Value } from '../../value.ts';
import { type Arc, SAME } from './arc.ts';
import { type Coordinates, coordinatesOf, DEPTHS, flawOfCoordinates, type Position } from './coordinates.ts';
import { angle, type Direction, directionOf } from './direction.ts';
import { flawOf } from './flaw.ts';
import { arcsBetween, type Shape } from './shape.ts';

/**
 * The shape of a GeoJSON Point, LineString, Polygon or MultiPolygon, or why it is none, in the service's words where
 * they are known. Altitudes and other members, such as `crs`, do not count. `undefined` for what is no object.
 */
export function readGeometry(value: Value): Shape | string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { type, coordinates: nested } = value as { type?: Value; coordinates?: Value };
  const depth = DEPTHS.get(type);
  if (depth === undefined) return `The type of a geometry must be one of ${[...DEPTHS.keys()].join(', ')}.`;
  const coordinates = coordinatesOf(nested, depth);
  if (!coordinates) return `The coordinates of a ${type} must be positions in ${depth} arrays that are not empty.`;
  return flawOfCoordinates(coordinates, depth) ?? shapeOf(coordinates, depth);
}

function shapeOf(coordinates: Coordinates, depth: number): Shape | string {
  const lines = coordinates.map((polygon) => polygon.map((positions) => positions.map(placeOf)));
  if (depth === 0) return { places: lines.flat(2), arcs: [], polygons: [] };
  if (lines.flat().some(hasOpposites)) return 'An edge must not have antipodal endpoints.';
  const rings = lines.map((polygon) => polygon.map(arcsBetween));
  const arcs = rings.flat(2);
  const places = arcs.map(({ from }) => from);
  if (depth === 1)
    return arcs.length > 0 ? { places: [...places, (arcs.at(-1) as Arc).to], arcs, polygons: [] } : SHORT;
  if (rings.flat().some((ring) => ring.length < 3)) return THIN;
  const shape = { places, arcs, polygons: rings.map((polygon) => ({ rings: polygon })) };
  return flawOf(shape) ?? shape;
}

const SHORT =
  'The LineString input is not valid because it does not have enough distinct points. A LineString must have at least two distinct points.';
const THIN =
  'The Polygon input is not valid because the ring does not have enough distinct points. Each ring of a polygon must contain at least three distinct points.';

function placeOf([longitude, latitude]: Position): Direction {
  return directionOf(longitude, latitude);
}

function hasOpposites(places: readonly Direction[]): boolean {
  return places.some((place, index) => Math.PI - angle(places[index - 1] ?? place, place) <= SAME);
}
