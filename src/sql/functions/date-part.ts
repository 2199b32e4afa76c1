import { type DateTime, dateTimeOf, floorDivide, NANOSECONDS_PER_TICK, type Ticks, ticksOf } from './ticks.ts';

/** A part of a date and time that can be added, read and compared. */
export interface DatePart {
  /** The part's number, such as 1 to 12 for a month; fractions of a second are whole seconds' fractions. */
  readonly read: (ticks: Ticks) => number;
  /** The result may lie beyond year 9999; `undefined` when it must. */
  readonly add: (ticks: Ticks, count: number) => Ticks | undefined;
  /** How many borders lie between year 1 or 1970 and the time: differences of it count the borders crossed. */
  readonly count: (ticks: Ticks) => bigint;
  /** `undefined` when parts differ in length. */
  readonly nanoseconds: bigint | undefined;
}

/** The part of any of its names, such as `month`, `mm` and `m`, in lower case. */
export function datePart(name: unknown): DatePart | undefined {
  return typeof name === 'string' ? PARTS.get(name) : undefined;
}

const SECOND = 1_000_000_000n;
const PARTS: ReadonlyMap<string, DatePart> = new Map(
  [
    named(
      months(12, ({ year }) => year),
      'year',
      'yyyy',
      'yy',
    ),
    named(
      months(1, ({ month }) => month),
      'month',
      'mm',
      'm',
    ),
    named(
      fixed(86_400n * SECOND, ({ day }) => day),
      'day',
      'dd',
      'd',
    ),
    named(
      fixed(3600n * SECOND, ({ hour }) => hour),
      'hour',
      'hh',
    ),
    named(
      fixed(60n * SECOND, ({ minute }) => minute),
      'minute',
      'mi',
      'n',
    ),
    named(
      fixed(SECOND, ({ second }) => second),
      'second',
      'ss',
      's',
    ),
    named(
      fixed(1_000_000n, ({ fraction }) => Math.floor(fraction / 10_000)),
      'millisecond',
      'ms',
    ),
    named(
      fixed(1000n, ({ fraction }) => Math.floor(fraction / 10)),
      'microsecond',
      'mcs',
    ),
    named(
      fixed(1n, ({ fraction }) => fraction * 100),
      'nanosecond',
      'ns',
    ),
  ].flat(),
);

type Read = (dateTime: DateTime) => number;

function named(part: DatePart, ...names: string[]): [string, DatePart][] {
  return names.map((name) => [name, part]);
}

function fixed(nanoseconds: bigint, read: Read): DatePart {
  return {
    read: (ticks) => read(dateTimeOf(ticks)),
    add: (ticks, count) => ticks + (BigInt(count) * nanoseconds) / NANOSECONDS_PER_TICK,
    count: (ticks) => floorDivide(ticks * NANOSECONDS_PER_TICK, nanoseconds),
    nanoseconds,
  };
}

function months(length: number, read: Read): DatePart {
  return {
    read: (ticks) => read(dateTimeOf(ticks)),
    add: (ticks, count) => addMonths(ticks, count * length),
    count: (ticks) => floorDivide(BigInt(monthOf(ticks)), BigInt(length)),
    nanoseconds: undefined,
  };
}

/** Months since year 0. */
function monthOf(ticks: Ticks): number {
  const { year, month } = dateTimeOf(ticks);
  return year * 12 + month - 1;
}

/** A day that the month does not have becomes its last. */
function addMonths(ticks: Ticks, count: number): Ticks | undefined {
  const dateTime = dateTimeOf(ticks);
  const total = monthOf(ticks) + count;
  const [year, month] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1];
  for (const day of [dateTime.day, 30, 29, 28]) {
    const result = ticksOf({ ...dateTime, year, month, day });
    if (result !== undefined) return result;
  }
  return undefined;
}
