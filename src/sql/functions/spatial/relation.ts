import { spend } from '../../budget.ts';
import { type Arc, along, common, footOf, isOn, SAME } from './arc.ts';
import { angle, type Direction } from './direction.ts';
import { PAIRS_PER_STEP } from './flaw.ts';
import { covers, type Shape, sideOf } from './shape.ts';

/** Whether the shapes have a place in common; boundaries belong to a shape. */
export function intersects(one: Shape, other: Shape): boolean {
  spendFor(one, other);
  return (
    one.arcs.some((arc) => other.arcs.some((against) => common(arc, against).length > 0)) ||
    one.places.some((place) => contains(other, place)) ||
    other.places.some((place) => contains(one, place))
  );
}

/**
 * Whether nothing of the one shape is outside of the other, and something is in its interior: what lies on the boundary
 * of a polygon alone is not within it.
 */
export function isWithin(one: Shape, other: Shape): boolean {
  spendFor(one, other);
  const inner = [...one.places, ...one.arcs.flatMap((arc) => middles(arc, other.arcs))];
  if (!inner.every((place) => contains(other, place))) return false;
  if (other.polygons.length === 0) return one.polygons.length === 0;
  if (one.polygons.length === 0) return inner.some((place) => isInterior(place, other));
  // The boundary of the other must not be in the interior of this one either: there are holes and gaps behind it.
  return !other.arcs.flatMap((arc) => middles(arc, one.arcs)).some((place) => isInterior(place, one));
}

function spendFor(one: Shape, other: Shape): void {
  const pairs = (one.arcs.length + one.places.length) * (other.arcs.length + other.places.length);
  spend(pairs / PAIRS_PER_STEP);
}

function contains(shape: Shape, place: Direction): boolean {
  if (shape.polygons.length > 0) return covers(shape, place);
  return shape.arcs.some((arc) => isOn(place, arc)) || shape.places.some((own) => angle(own, place) <= SAME);
}

function isInterior(place: Direction, { polygons }: Shape): boolean {
  return polygons.some((polygon) => sideOf(place, polygon) > 0);
}

/** The middle of each piece that the others cut the arc into. */
function middles(arc: Arc, others: readonly Arc[]): Direction[] {
  const cuts = others.flatMap((other) => common(arc, other)).map((place) => footOf(place, arc));
  const ends = [0, ...cuts.toSorted((left, right) => left - right), arc.length];
  return ends.slice(1).flatMap((end, index) => {
    const start = ends[index] as number;
    return end - start > 2 * SAME ? [along(arc, (start + end) / 2)] : [];
  });
}
