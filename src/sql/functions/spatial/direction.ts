import { FLATTENING } from './ellipsoid.ts';

/**
 * A place on the ellipsoid as a unit vector: the ellipsoid stretched along its axis to a sphere of radius 1. Planes stay
 * planes, so a great circle of these vectors is a great ellipse of the earth, the edge between two positions. A way of
 * angle σ here is between σ × pole radius and σ × equator radius long there.
 */
export type Direction = readonly [x: number, y: number, z: number];

/** Degrees. A longitude counts modulo 360. */
export function directionOf(longitude: number, latitude: number): Direction {
  const [x, y] = [cosine(latitude), (1 - FLATTENING) * sine(latitude)];
  const length = Math.hypot(x, y);
  const turned = longitude % 360;
  return [(x / length) * cosine(turned), (x / length) * sine(turned), y / length];
}

/** Of directions that are neither equal nor opposite, precise however close they are. */
export function normalOf(from: Direction, to: Direction): Direction {
  return unit(cross(add(from, to), subtract(to, from)));
}

/** Radians, precise for small and large ones. */
export function angle(one: Direction, other: Direction): number {
  return 2 * Math.atan2(length(subtract(one, other)), length(add(one, other)));
}

export function dot(one: Direction, other: Direction): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

export function cross(one: Direction, other: Direction): Direction {
  return [
    one[1] * other[2] - one[2] * other[1],
    one[2] * other[0] - one[0] * other[2],
    one[0] * other[1] - one[1] * other[0],
  ];
}

export function add(one: Direction, other: Direction): Direction {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
}

export function subtract(one: Direction, other: Direction): Direction {
  return [one[0] - other[0], one[1] - other[1], one[2] - other[2]];
}

export function scale(direction: Direction, by: number): Direction {
  return [direction[0] * by, direction[1] * by, direction[2] * by];
}

export function unit(direction: Direction): Direction {
  return scale(direction, 1 / length(direction));
}

function length(direction: Direction): number {
  return Math.sqrt(dot(direction, direction));
}

/** Exact at multiples of 90°: a pole has no longitude, and opposite meridians meet there. */
function sine(degrees: number): number {
  return degrees % 180 === 0 ? 0 : Math.sin((degrees * Math.PI) / 180);
}

function cosine(degrees: number): number {
  return Math.abs(degrees % 180) === 90 ? 0 : Math.cos((degrees * Math.PI) / 180);
}
