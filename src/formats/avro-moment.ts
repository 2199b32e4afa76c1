import type { Attributes, Reading } from './avro-logical.ts';

/** `2026-08-01`, or a number of days since 1970. */
export function dateReading({ type }: Attributes): Reading | undefined {
  if (type !== 'int') return undefined;
  return (value) => {
    if (typeof value !== 'string') return value;
    const day = DATE.test(value) ? midnightOf(value) : undefined;
    return day === undefined ? undefined : day / DAY_MS;
  };
}

/** An ISO time that says where (`Z` or `+02:00`), or a number since 1970 of seconds with so many digits behind them. */
export function momentReading(digits: number): (schema: Attributes) => Reading | undefined {
  return ({ type }) => {
    if (type !== 'long') return undefined;
    return (value) => (typeof value === 'string' ? countOf(value, digits) : value);
  };
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;
const DAY_MS = 86_400_000;

/** `undefined` for a day that no month has. */
function midnightOf(date: string): number | undefined {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date) ? ms : undefined;
}

function countOf(text: string, digits: number): number | undefined {
  const [, date = '', time, fraction = '', zone = ''] = TIME.exec(text) ?? [];
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`) / 1000;
  if (Number.isNaN(seconds) || midnightOf(date) === undefined || /[1-9]/.test(fraction.slice(digits))) return undefined;
  return seconds * 10 ** digits + Number(fraction.slice(0, digits).padEnd(digits, '0'));
}
