import type { Value } from '../value.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions of floating-point numbers. What is not a number or has no end gives `undefined`, as in arithmetic. */
export const NUMBER: Family = {
  ABS: ofNumber(Math.abs),
  ACOS: ofNumber(Math.acos),
  ASIN: ofNumber(Math.asin),
  ATAN: ofNumber(Math.atan),
  ATN2: ofNumbers(Math.atan2),
  CEILING: ofNumber(Math.ceil),
  COS: ofNumber(Math.cos),
  COT: ofNumber((value) => 1 / Math.tan(value)),
  DEGREES: ofNumber((value) => (180 / Math.PI) * value),
  EXP: ofNumber(Math.exp),
  FLOOR: ofNumber(Math.floor),
  LOG: ofDefined(1, 2, log),
  LOG10: ofNumber(Math.log10),
  NUMBERBIN: ofDefined(1, 2, bin),
  PI: ofDefined(0, 0, () => Math.PI),
  POWER: ofNumbers(Math.pow),
  RADIANS: ofNumber((value) => (Math.PI * value) / 180),
  RAND: ofDefined(0, 0, Math.random),
  ROUND: ofNumber(round),
  SIGN: ofNumber(Math.sign),
  SIN: ofNumber(Math.sin),
  SQRT: ofNumber(Math.sqrt),
  SQUARE: ofNumber((value) => value * value),
  TAN: ofNumber(Math.tan),
  TRUNC: ofNumber(Math.trunc),
};

function ofNumber(call: (value: number) => number): SqlFunction {
  return ofDefined(1, 1, (value) => (typeof value === 'number' ? finite(call(value)) : undefined));
}

function ofNumbers(call: (left: number, right: number) => number): SqlFunction {
  return ofDefined(2, 2, (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? finite(call(left, right)) : undefined,
  );
}

/** No negative zero either: JSON texts of it differ. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value + 0 : undefined;
}

function log(value: Value, base: Value = Math.E): Value {
  if (typeof value !== 'number' || typeof base !== 'number') return undefined;
  return finite(base === 10 ? Math.log10(value) : Math.log(value) / Math.log(base));
}

/** The multiple of the size at or below the value, or above it when the size is negative. */
function bin(value: Value, size: Value = 1): Value {
  if (typeof value !== 'number' || typeof size !== 'number') return undefined;
  return finite(Math.floor(value / size) * size);
}

/** Halves go away from zero. Adding a half would round up the number just below it. */
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}
