import type { Value } from '../value.ts';
import { area } from './spatial/area.ts';
import { distance } from './spatial/distance.ts';
import { readGeometry } from './spatial/geo-json.ts';
import { intersects, isWithin } from './spatial/relation.ts';
import type { Shape } from './spatial/shape.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/**
 * The functions of GeoJSON on the earth (`Geography`), as great ellipses of WGS-84 in metres. What is no valid geometry
 * gives `undefined`. A container's `geospatialConfig` is not seen: there are no functions on a plane (`Geometry`).
 */
export const SPATIAL: Family = {
  ST_AREA: ofShapes(1, (shape) => area(shape)),
  ST_DISTANCE: ofShapes(2, distance),
  ST_INTERSECTS: ofShapes(2, intersects),
  ST_ISVALID: ofDefined(1, 1, isValid),
  ST_ISVALIDDETAILED: ofDefined(1, 1, isValidDetailed),
  ST_WITHIN: ofShapes(2, isWithin),
};

function ofShapes(count: 1 | 2, call: (one: Shape, other: Shape) => Value): SqlFunction {
  return ofDefined(count, count, (...values) => {
    const [one, other] = [values[0], values.at(-1)].map(readGeometry);
    return typeof one === 'object' && typeof other === 'object' ? call(one, other) : undefined;
  });
}

function isValid(value: Value): Value {
  const shape = readGeometry(value);
  return shape && typeof shape === 'object';
}

function isValidDetailed(value: Value): Value {
  const shape = readGeometry(value);
  if (shape === undefined) return undefined;
  return typeof shape === 'object' ? { valid: true } : { valid: false, reason: shape };
}
