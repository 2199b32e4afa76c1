/** Which kinds of numbers hold a JSON number without changing its value. */
export interface NumberFit {
  /** An integer of 64 bits with a sign. Not for `1.0` or `1e3`, which were written as something else. */
  readonly int64: boolean;
  /** A binary64 that is printed with the same digits again, so that none was lost. */
  readonly double: boolean;
}

export function fitOf(text: string): NumberFit {
  return INTEGER.test(text) ? fitOfInteger(text) : { int64: false, double: isDouble(text) };
}

const INTEGER = /^-?\d+$/;
const TEXT_MAX = 64;
const INT64_MAX = 2n ** 63n - 1n;

function fitOfInteger(text: string): NumberFit {
  const value = Number(text);
  // An integer has no -0.
  if (Number.isSafeInteger(value)) return { int64: !Object.is(value, -0), double: true };
  // Nobody need make a number of a million digits to see that it is too long.
  const big = text.length <= 20 ? BigInt(text) : undefined;
  const int64 = big !== undefined && big <= INT64_MAX && big >= -INT64_MAX - 1n;
  return { int64, double: isDouble(text) };
}

function isDouble(text: string): boolean {
  // A binary64 keeps any 15 digits. The shortest spelling of one is never so long that more than this has to be read.
  if (text.length <= 15 && !/e/i.test(text)) return true;
  if (text.length > TEXT_MAX) return false;
  const value = Number(text);
  return Number.isFinite(value) && spelling(text) === spelling(Object.is(value, -0) ? '-0' : String(value));
}

/** Sign, digits and exponent: equal for equal decimal numbers. */
function spelling(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return `${sign}0`;
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}
