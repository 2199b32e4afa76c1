import { spend } from '../../budget.ts';
import { add, cross, type Direction, scale, unit } from './direction.ts';
import { EQUATOR_RADIUS, FLATTENING, POLE_RADIUS } from './ellipsoid.ts';
import { minimum } from './minimum.ts';

/**
 * The length of the shortest way over the ellipsoid, in metres, by Vincenty's inverse formula, whose error is below
 * 0.1 mm. Where that does not converge, the places being almost opposite, it is the shortest way by a place half-way.
 */
export function geodesic(from: Direction, to: Direction): number {
  return vincenty(from, to) ?? byHalfWay(from, to);
}

const ITERATIONS_MAX = 100;
const ITERATIONS_PER_STEP = 8;
const PRECISION = 1e-13;

/** As published in Survey Review XXIII (176), 1975. Reduced latitudes are those of the vectors. */
function vincenty(from: Direction, to: Direction): number | undefined {
  const [sin1, sin2] = [from[2], to[2]];
  const [cos1, cos2] = [Math.hypot(from[0], from[1]), Math.hypot(to[0], to[1])];
  const difference = Math.atan2(from[0] * to[1] - from[1] * to[0], from[0] * to[0] + from[1] * to[1]);
  let lambda = difference;
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration++) {
    spend(1 / ITERATIONS_PER_STEP);
    const [sinLambda, cosLambda] = [Math.sin(lambda), Math.cos(lambda)];
    const sinSigma = Math.hypot(cos2 * sinLambda, cos1 * sin2 - sin1 * cos2 * cosLambda);
    const cosSigma = sin1 * sin2 + cos1 * cos2 * cosLambda;
    if (sinSigma === 0) return cosSigma > 0 ? 0 : undefined;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (cos1 * cos2 * sinLambda) / sinSigma;
    const cosSquareAlpha = 1 - sinAlpha ** 2;
    const cosMiddle = cosSquareAlpha < 1e-15 ? 0 : cosSigma - (2 * sin1 * sin2) / cosSquareAlpha;
    const c = (FLATTENING / 16) * cosSquareAlpha * (4 + FLATTENING * (4 - 3 * cosSquareAlpha));
    const curve = cosMiddle + c * cosSigma * (2 * cosMiddle ** 2 - 1);
    const next = difference + (1 - c) * FLATTENING * sinAlpha * (sigma + c * sinSigma * curve);
    if (Math.abs(next) > Math.PI) return undefined;
    if (Math.abs(next - lambda) < PRECISION) return length(sigma, sinSigma, cosSigma, cosMiddle, cosSquareAlpha);
    lambda = next;
  }
  return undefined;
}

function length(sigma: number, sinSigma: number, cosSigma: number, cosMiddle: number, cosSquareAlpha: number): number {
  const u = (cosSquareAlpha * (EQUATOR_RADIUS ** 2 - POLE_RADIUS ** 2)) / POLE_RADIUS ** 2;
  const a = 1 + (u / 16_384) * (4096 + u * (-768 + u * (320 - 175 * u)));
  const b = (u / 1024) * (256 + u * (-128 + u * (74 - 47 * u)));
  const inner =
    cosSigma * (2 * cosMiddle ** 2 - 1) - (b / 6) * cosMiddle * (4 * sinSigma ** 2 - 3) * (4 * cosMiddle ** 2 - 3);
  return POLE_RADIUS * a * (sigma - b * sinSigma * (cosMiddle + (b / 4) * inner));
}

/** Every way to an opposite place passes a quarter of a circle from the start, where Vincenty's formula holds. */
function byHalfWay(from: Direction, to: Direction): number {
  const axis: Direction = Math.abs(from[2]) < 0.5 ? [0, 0, 1] : [1, 0, 0];
  const east = unit(cross(axis, from));
  const north = cross(from, east);
  const by = (turn: number): number => {
    const middle = add(scale(east, Math.cos(turn)), scale(north, Math.sin(turn)));
    return (vincenty(from, middle) as number) + (vincenty(middle, to) as number);
  };
  return minimum(by, 2 * Math.PI, 24, 1e-6);
}
