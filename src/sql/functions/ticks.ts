/** A point in time as steps of 100 ns since 1970 (UTC), from year 1 to year 9999. Doubles are too coarse for them. */
export type Ticks = bigint;

export const NANOSECONDS_PER_TICK = 100n;
export const TICKS_PER_MS = 10_000n;
export const TICKS_PER_SECOND = 1000n * TICKS_PER_MS;
export const TICKS_PER_DAY = 24n * 60n * 60n * TICKS_PER_SECOND;

/** Fields that are no date or time, such as February 30, give `undefined`. */
export interface DateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Ticks of the second. */
  readonly fraction: number;
}

/** The ISO 8601 text's, which has up to seven digits of fraction, or no time at all; `undefined` for other texts. */
export function readTicks(text: string): Ticks | undefined {
  const [, ...fields] = ISO.exec(text) ?? [];
  if (fields.length === 0) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields.map(Number);
  const fraction = Number((fields[6] ?? '').padEnd(7, '0'));
  return fields[3] === undefined
    ? ticksOf({ year, month, day, hour: 0, minute: 0, second: 0, fraction: 0 })
    : ticksOf({ year, month, day, hour, minute, second, fraction });
}

/** `YYYY-MM-DDThh:mm:ss.fffffffZ`; `undefined` when it is not in year 1 to 9999. */
export function writeTicks(ticks: Ticks): string | undefined {
  if (ticks < FIRST || ticks > LAST) return undefined;
  const ms = floorDivide(ticks, TICKS_PER_MS);
  const rest = String(ticks - ms * TICKS_PER_MS).padStart(4, '0');
  return new Date(Number(ms)).toISOString().replace('Z', `${rest}Z`);
}

export function ticksOf({ year, month, day, hour, minute, second, fraction }: DateTime): Ticks | undefined {
  const date = new Date(0);
  // Date.UTC takes years below 100 for those of the last century.
  date.setUTCFullYear(year, month - 1, day);
  if (year < 1 || year > 9999 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const time = [hour, minute, second, fraction];
  if (time.some((field, at) => field < 0 || field >= (LIMITS[at] as number))) return undefined;
  const seconds = (hour * 60 + minute) * 60 + second;
  return BigInt(date.getTime()) * TICKS_PER_MS + BigInt(seconds) * TICKS_PER_SECOND + BigInt(fraction);
}

export function dateTimeOf(ticks: Ticks): DateTime {
  const date = new Date(Number(floorDivide(ticks, TICKS_PER_MS)));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    fraction: Number(ticks - floorDivide(ticks, TICKS_PER_SECOND) * TICKS_PER_SECOND),
  };
}

/** Division that rounds down, also below zero: before 1970 seconds begin where they do after it. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?)?Z?$/;
/** Of hours, minutes, seconds and fractions. */
const LIMITS: readonly number[] = [24, 60, 60, 10_000_000];
const FIRST: Ticks = BigInt(Date.parse('0001-01-01')) * TICKS_PER_MS;
const LAST: Ticks = BigInt(Date.parse('9999-12-31')) * TICKS_PER_MS + TICKS_PER_DAY - 1n;
