import type { Value } from '../value.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions of 64-bit integers, which wrap around. Results beyond 2^53 are the nearest doubles. */
export const INTEGER: Family = {
  INTADD: ofIntegers((left, right) => left + right),
  INTBITAND: ofIntegers((left, right) => left & right),
  INTBITLEFTSHIFT: ofIntegers((left, right) => (isShift(right) ? left << right : undefined)),
  INTBITNOT: ofDefined(1, 1, (value) => wrapped(complement(integer(value)))),
  INTBITOR: ofIntegers((left, right) => left | right),
  INTBITRIGHTSHIFT: ofIntegers((left, right) => (isShift(right) ? left >> right : undefined)),
  INTBITXOR: ofIntegers((left, right) => left ^ right),
  INTDIV: ofIntegers((left, right) => (right === 0n ? undefined : left / right)),
  INTMOD: ofIntegers((left, right) => (right === 0n ? undefined : left % right)),
  INTMUL: ofIntegers((left, right) => left * right),
  INTSUB: ofIntegers((left, right) => left - right),
};

const BITS = 64;
const GREATEST = 2n ** 63n - 1n;

function ofIntegers(call: (left: bigint, right: bigint) => bigint | undefined): SqlFunction {
  return ofDefined(2, 2, (left, right) => {
    const [first, second] = [integer(left), integer(right)];
    return first === undefined || second === undefined ? undefined : wrapped(call(first, second));
  });
}

/** `undefined` unless the value is one. 2^63 is what the greatest of them, which is not a double, is read as. */
function integer(value: Value): bigint | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > 2 ** 63) return undefined;
  return value === 2 ** 63 ? GREATEST : BigInt(value);
}

function wrapped(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(BigInt.asIntN(BITS, value));
}

function complement(value: bigint | undefined): bigint | undefined {
  return value === undefined ? undefined : ~value;
}

/** C++ leaves other shifts open; unbounded, they would fill the memory. */
function isShift(bits: bigint): boolean {
  return bits >= 0n && bits < BITS;
}
