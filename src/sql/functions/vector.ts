import type { Value } from '../value.ts';
import { type Family, ofDefined } from './sql-function.ts';

/** The functions of vectors. The one with `_` orders them: of more similar vectors it is greater, whatever the metric. */
export const VECTOR: Family = {
  VECTORDISTANCE: ofDefined(2, 4, vectorDistance),
  _VECTORSCORE: ofDefined(2, 4, vectorScore),
};

type Vector = readonly number[];

/** The third argument, whether to do without an index, changes nothing: there is none. */
function vectorDistance(left: Value, right: Value, isExact: Value = false, options: Value = {}): Value {
  if (!isVector(left) || !isVector(right) || left.length !== right.length) return undefined;
  if (typeof isExact !== 'boolean' || typeof options !== 'object' || options === null) return undefined;
  const result = METRICS.get(metricOf(options))?.(left, right);
  return Number.isFinite(result) ? result : undefined;
}

function vectorScore(left: Value, right: Value, isExact: Value = false, options: Value = {}): Value {
  const distance = vectorDistance(left, right, isExact, options);
  return typeof distance === 'number' && metricOf(options as object) === 'euclidean' ? -distance : distance;
}

function metricOf({ distanceFunction = 'cosine' }: { distanceFunction?: Value }): string {
  // An object may have anything for a `toString`.
  return typeof distanceFunction === 'string' ? distanceFunction.toLowerCase() : '';
}

function isVector(value: Value): value is Vector {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

const METRICS: ReadonlyMap<string, (left: Vector, right: Vector) => number> = new Map([
  ['cosine', (left: Vector, right: Vector) => dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right))],
  ['dotproduct', dot],
  ['euclidean', euclidean],
]);

function dot(left: Vector, right: Vector): number {
  return left.reduce((sum, value, at) => sum + value * (right[at] as number), 0);
}

/** Not by `Math.hypot`, which takes only as many arguments as the stack holds. */
function euclidean(left: Vector, right: Vector): number {
  return Math.sqrt(left.reduce((sum, value, at) => sum + (value - (right[at] as number)) ** 2, 0));
}
