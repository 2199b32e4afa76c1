/**
 * One spelling for all spellings of a JSON number: 1.0, 1e0 and 1 are `1`. Whole numbers count digit by digit, however
 * large; others as doubles, which is how most stores keep them, unless a double has no room for them: 1e-400 is not 0.
 */
export function canonicalNumber(text: string): string {
  const exact = decimalOf(text);
  if (exact.digits === '' || exact.exponent >= 0) return spell(exact);
  const double = Number(text);
  return spell(double === 0 || !Number.isFinite(double) ? exact : decimalOf(String(double)));
}

/** `digits` × 10^`exponent`; digits neither begin nor end with 0, and are empty for zero. */
interface Decimal {
  readonly sign: string;
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(text: string): Decimal {
  const [, sign = '', whole = '', fraction = '', power = '0'] = NUMBER.exec(text) ?? [];
  const all = `${whole}${fraction}`;
  const end = all.length - trailingZeros(all);
  const digits = all.slice(0, end).replace(/^0+/, '');
  return { sign, digits, exponent: Number(power) - fraction.length + (all.length - end) };
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** As people write it when that is short, which is what most texts are already. */
function spell({ sign, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const whole = digits.length + exponent;
  if (exponent >= 0 && whole <= PLAIN_DIGITS_MAX) return `${sign}${digits}${'0'.repeat(exponent)}`;
  if (exponent < 0 && Math.max(digits.length, 1 - exponent) <= PLAIN_DIGITS_MAX) {
    const padded = digits.padStart(1 - exponent, '0');
    return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
  }
  return `${sign}${digits}e${exponent}`;
}

/** Digits of a number that is spelled as it comes: so many decimal digits make a double, and are made from it again. */
export const PLAIN_DIGITS_MAX = 15;

function trailingZeros(digits: string): number {
  let count = 0;
  while (count < digits.length && digits[digits.length - 1 - count] === '0') count++;
  return count;
}
