import { type Arc, along } from './arc.ts';
import { angle, cross, type Direction, dot, subtract } from './direction.ts';
import { EQUATOR_RADIUS, POLE_RADIUS } from './ellipsoid.ts';
import type { Ring, Shape } from './shape.ts';

/**
 * Square metres on the ellipsoid, 0 for points and lines. The region's area on the sphere of directions is exact; what a
 * piece of the ellipsoid has more or less than its piece of the sphere is integrated along the edges. The error is below
 * 1e-9 of the result or 0.1 m².
 */
export function area({ polygons }: Shape): number {
  let total = 0;
  for (const { rings } of polygons) {
    for (const [index, ring] of rings.entries()) {
      total += MEAN_WEIGHT * enclosed(ring, index > 0) - ring.reduce((sum, arc) => sum + excess(arc), 0);
    }
  }
  return total;
}

/** The angle of the space to the left of a ring; of a hole, the negative one of the space to its right. */
function enclosed(ring: Ring, isHole: boolean): number {
  const apex = apexOf(ring);
  const total = ring.reduce((sum, { from, to }) => sum + triangle(apex, from, to), 0);
  // The sum is right up to whole spheres. A hair on the wrong side of nothing is rounding, not a whole sphere.
  const turns = Math.floor(total / SPHERE + (isHole ? -HAIR : HAIR));
  return total - SPHERE * (isHole ? turns + 1 : turns);
}

const HAIR = 1e-17;
const SPHERE = 4 * Math.PI;

/** A place of the first edge that is not opposite to a vertex: no triangle goes there. */
function apexOf(ring: Ring): Direction {
  const first = ring[0] as Arc;
  const places = [0, ...ring.map((_, index) => 1 / (index + 2))].map((part) => along(first, part * first.length));
  const isFit = (place: Direction): boolean => ring.every(({ from }) => Math.PI - angle(place, from) > 1e-3);
  return places.find(isFit) ?? first.from;
}

/** Signed, positive when counter-clockwise. */
function triangle(a: Direction, b: Direction, c: Direction): number {
  const volume = dot(a, cross(subtract(b, a), subtract(c, a)));
  return 2 * Math.atan2(volume, 1 + dot(a, b) + dot(b, c) + dot(c, a));
}

const STRETCH = Math.sqrt(EQUATOR_RADIUS ** 2 - POLE_RADIUS ** 2);

/** Square metres of the ellipsoid by angle of space, at the height `z` of a direction. */
function weight(z: number): number {
  return EQUATOR_RADIUS * Math.hypot(POLE_RADIUS, STRETCH * z);
}

/** The integral of `weight` from the equator. */
function integral(z: number): number {
  const curve = (POLE_RADIUS ** 2 / STRETCH) * Math.asinh((STRETCH * z) / POLE_RADIUS);
  return (EQUATOR_RADIUS / 2) * (z * Math.hypot(POLE_RADIUS, STRETCH * z) + curve);
}

const MEAN_WEIGHT = integral(1);

/**
 * The integral of (`integral(z)` − mean weight × z) over the arc's longitudes. By radians along the arc the integrand is
 * smooth even at a pole, where longitudes are not, and ten nodes a third of a radian leave nothing but rounding.
 */
function excess(arc: Arc): number {
  const pieces = Math.ceil(arc.length * 3);
  const half = arc.length / pieces / 2;
  let sum = 0;
  for (let piece = 0; piece < pieces; piece++) {
    for (const [node, share] of NODES) {
      sum += share * density(along(arc, half * (2 * piece + 1 + node))[2]);
    }
  }
  return sum * half * arc.normal[2];
}

function density(z: number): number {
  const rest = 1 - z * z;
  // The limit at a pole; closer than this, the difference is all rounding.
  if (rest < 1e-7) return (Math.sign(z) * (MEAN_WEIGHT - weight(1))) / 2;
  return (integral(z) - MEAN_WEIGHT * z) / rest;
}

/** Gauss and Legendre's, of order ten. */
const NODES: readonly (readonly [node: number, share: number])[] = [
  [0.1488743389816312, 0.2955242247147529],
  [0.4333953941292472, 0.2692667193099963],
  [0.6794095682990244, 0.2190863625159821],
  [0.8650633666889845, 0.1494513491505806],
  [0.9739065285171717, 0.0666713443086881],
].flatMap(([node, share]) => [
  [node as number, share as number] as const,
  [-(node as number), share as number] as const,
]);
