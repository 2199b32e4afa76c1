import { type DateTime, dateTimeOf, TICKS_PER_DAY, type Ticks, ticksOf } from './ticks.ts';

/**
 * The time by a pattern of .NET's letters, in English: `yyyy-MM-dd HH:mm:ss.fff`, `dddd`, `MMMM`, `hh tt` and so on. What
 * follows a backslash or stands in quotes, and any other character, is as it is; `undefined` for more than seven `f` or `F`.
 */
export function formatTicks(ticks: Ticks, pattern: string): string | undefined {
  const dateTime = dateTimeOf(ticks);
  const texts = pattern.match(TOKENS)?.map((token) => write(token, dateTime)) ?? [];
  return texts.includes(undefined) ? undefined : texts.join('');
}

const TOKENS = /\\.?|'[^']*'|"[^"]*"|y+|M+|d+|H+|h+|m+|s+|f+|F+|t+|./gs;
const FRACTION_DIGITS = 7;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Thursday Friday Saturday Sunday Monday Tuesday Wednesday'.split(' ');

function write(token: string, dateTime: DateTime): string | undefined {
  const { length } = token;
  const { year, month, hour, minute, second } = dateTime;
  switch (token[0]) {
    case 'y':
      return padded(length > 2 ? year : year % 100, length);
    case 'M':
      return length > 2 ? named(MONTHS[month - 1], length) : padded(month, length);
    case 'd':
      return length > 2 ? named(dayName(dateTime), length) : padded(dateTime.day, length);
    case 'H':
      return padded(hour, Math.min(length, 2));
    case 'h':
      return padded(((hour + 11) % 12) + 1, Math.min(length, 2));
    case 'm':
      return padded(minute, Math.min(length, 2));
    case 's':
      return padded(second, Math.min(length, 2));
    case 't':
      return (hour < 12 ? 'AM' : 'PM').slice(0, length);
    case 'f':
      return fraction(dateTime, length);
    case 'F':
      return fraction(dateTime, length)?.replace(/0+$/, '');
    case '\\':
      return token.slice(1);
    case "'":
    case '"':
      return length > 1 ? token.slice(1, -1) : token;
    default:
      return token;
  }
}

function padded(value: number, length: number): string {
  return String(value).padStart(length, '0');
}

function named(name = '', length: number): string {
  return length === 3 ? name.slice(0, 3) : name;
}

function dayName(dateTime: DateTime): string | undefined {
  const midnight = ticksOf({ ...dateTime, hour: 0, minute: 0, second: 0, fraction: 0 }) ?? 0n;
  const days = Number(midnight / TICKS_PER_DAY);
  // 1970 began on a Thursday.
  return DAYS[((days % 7) + 7) % 7];
}

function fraction(dateTime: DateTime, length: number): string | undefined {
  return length > FRACTION_DIGITS ? undefined : padded(dateTime.fraction, FRACTION_DIGITS).slice(0, length);
}
