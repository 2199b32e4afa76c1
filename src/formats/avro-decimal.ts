import type { Attributes, Reading } from './avro-logical.ts';
import { LongNumber } from './long-number.ts';

/** Numbers, and texts of numbers, as whole multiples of 10^-scale. */
export function decimalReading({ type, precision, scale = 0, size }: Attributes): Reading | undefined {
  const isMade = type === 'bytes' || type === 'fixed';
  if (!isMade || !isCount(precision) || !isCount(scale) || precision < 1 || scale > precision) return undefined;
  const limit = 10n ** BigInt(precision);
  return (value) => {
    const unscaled = unscaledOf(value, scale);
    if (unscaled === undefined || unscaled >= limit || unscaled <= -limit) return undefined;
    return typeof size === 'number' ? bytesOf(unscaled, size) : bytesOf(unscaled, bytesFor(unscaled));
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function unscaledOf(value: unknown, scale: number): bigint | undefined {
  const text = value instanceof LongNumber || typeof value === 'number' ? String(value) : value;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    (typeof text === 'string' && NUMBER.exec(text)) || [];
  const digits = (whole + fraction).replace(/0+$/, '');
  if (whole === '') return undefined;
  if (/^0*$/.test(digits)) return 0n;
  const zeros = Number(exponent) + whole.length - digits.length + scale;
  // More digits than any precision has, or some behind the last that there is room for.
  if (zeros < 0 || zeros + digits.length > DIGITS_MAX) return undefined;
  return BigInt(`${sign}${digits}${'0'.repeat(zeros)}`);
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const DIGITS_MAX = 10_000;

function bytesFor(value: bigint): number {
  const magnitude = value < 0n ? -value - 1n : value;
  return Math.floor(magnitude.toString(2).length / 8) + 1;
}

/** Two's complement, the highest byte first. */
function bytesOf(value: bigint, size: number): Buffer | undefined {
  if (bytesFor(value) > size) return undefined;
  const hex = BigInt.asUintN(8 * size, value)
    .toString(16)
    .padStart(2 * size, '0');
  return Buffer.from(hex, 'hex');
}
