import { add, angle, cross, type Direction, dot, normalOf, scale } from './direction.ts';

/** The shorter great circle between two directions that are neither equal nor opposite. */
export interface Arc {
  readonly from: Direction;
  readonly to: Direction;
  /** Of length 1, to the left of the way. */
  readonly normal: Direction;
  /** Which way it sets out, and which way back. */
  readonly ahead: Direction;
  readonly back: Direction;
  /** In radians. */
  readonly length: number;
}

export function arcOf(from: Direction, to: Direction): Arc {
  const normal = normalOf(from, to);
  return { from, to, normal, ahead: cross(normal, from), back: cross(to, normal), length: angle(from, to) };
}

/** The place on the arc that many radians from its start. */
export function along({ from, ahead }: Arc, radians: number): Direction {
  return add(scale(from, Math.cos(radians)), scale(ahead, Math.sin(radians)));
}

/** Whether the arc's nearest place to this one is none of its ends. */
export function isBeside(place: Direction, arc: Arc): boolean {
  return dot(arc.ahead, place) > 0 && dot(arc.back, place) > 0;
}

/** How many radians from the arc's start its nearest place is. */
export function footOf(place: Direction, arc: Arc): number {
  if (isBeside(place, arc)) return Math.atan2(dot(arc.ahead, place), dot(arc.from, place));
  return dot(arc.from, place) >= dot(arc.to, place) ? 0 : arc.length;
}

/** Radians to the arc's nearest place. */
export function angleTo(place: Direction, arc: Arc): number {
  return isBeside(place, arc) ? angleBeside(place, arc) : Math.min(angle(place, arc.from), angle(place, arc.to));
}

/** Radians to the great circle that the arc is of. */
export function angleBeside(place: Direction, { normal, from, ahead }: Arc): number {
  return Math.atan2(Math.abs(dot(normal, place)), Math.hypot(dot(from, place), dot(ahead, place)));
}

/** Places that are closer, 6 µm, are one. Rounding moves a place by less than a thousandth of that. */
export const SAME = 1e-12;

export function isOn(place: Direction, arc: Arc): boolean {
  return angleTo(place, arc) <= SAME;
}

/** The places that both arcs have: none, one, or the two ends of a common stretch. */
export function common(one: Arc, other: Arc): Direction[] {
  if (isAside(one, other)) return [];
  const touches = [one.from, one.to].filter((end) => isOn(end, other));
  for (const end of [other.from, other.to]) {
    if (isOn(end, one) && touches.every((touch) => angle(touch, end) > SAME)) touches.push(end);
  }
  if (touches.length > 0) return touches;
  const crossing = crossingOf(one, other);
  return crossing ? [crossing] : [];
}

/** Whether the shorter is all on one side of the longer, which is most often so, and quickly seen. */
function isAside(one: Arc, other: Arc): boolean {
  const [long, short] = one.length > other.length ? [one, other] : [other, one];
  const [start, end] = [dot(long.normal, short.from), dot(long.normal, short.to)];
  return Math.min(start, end) > SAME || Math.max(start, end) < -SAME;
}

/** Where each goes from one side of the other to the other side. */
function crossingOf(one: Arc, other: Arc): Direction | undefined {
  const [start, end] = [dot(other.normal, one.from), dot(other.normal, one.to)];
  if (start * end >= 0 || dot(one.normal, other.from) * dot(one.normal, other.to) >= 0) return undefined;
  const place = normalOf(one.normal, start > 0 ? other.normal : scale(other.normal, -1));
  return dot(place, add(one.from, one.to)) > 0 && dot(place, add(other.from, other.to)) > 0 ? place : undefined;
}
