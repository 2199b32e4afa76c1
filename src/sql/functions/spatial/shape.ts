import { type Arc, angleBeside, arcOf, isBeside, SAME } from './arc.ts';
import { add, angle, type Direction, dot } from './direction.ts';

/** A geometry on the sphere of directions. */
export interface Shape {
  /** The points of a Point, and all vertices of lines and rings. */
  readonly places: readonly Direction[];
  /** The edges of lines and rings. */
  readonly arcs: readonly Arc[];
  readonly polygons: readonly Polygon[];
}

/** What is to the left of all its rings: a ring that goes clockwise encloses the rest of the earth. */
export interface Polygon {
  /** The exterior ring, then the holes. */
  readonly rings: readonly Ring[];
}

/** A closed line, each of whose arcs starts where the one before ends. */
export type Ring = readonly Arc[];

/** The arcs between places, without those that lead nowhere. */
export function arcsBetween(places: readonly Direction[]): Arc[] {
  const arcs: Arc[] = [];
  for (const to of places.slice(1)) {
    const from = arcs.at(-1)?.to ?? (places[0] as Direction);
    if (angle(from, to) > SAME) arcs.push(arcOf(from, to));
  }
  return arcs;
}

export function arcsOf({ rings }: Polygon): Arc[] {
  return rings.flat();
}

/**
 * 1 when the place is in the polygon's interior, 0 on its boundary, -1 outside. The nearest place of the boundary tells:
 * the way there crosses no other part of it.
 */
export function sideOf(place: Direction, polygon: Polygon): number {
  let [least, left] = [Number.POSITIVE_INFINITY, 0];
  const offer = (distance: number, normal: Direction): void => {
    if (distance < least) [least, left] = [distance, dot(normal, place)];
  };
  for (const ring of polygon.rings) {
    for (const [index, arc] of ring.entries()) {
      if (isBeside(place, arc)) offer(angleBeside(place, arc), arc.normal);
      offer(angle(place, arc.from), add((ring.at(index - 1) as Arc).normal, arc.normal));
    }
  }
  return least <= SAME ? 0 : Math.sign(left);
}

/** Whether the place is in one of the shape's polygons or on its boundary. */
export function covers({ polygons }: Shape, place: Direction): boolean {
  return polygons.some((polygon) => sideOf(place, polygon) >= 0);
}
