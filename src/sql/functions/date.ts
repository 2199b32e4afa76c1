import type { Value } from '../value.ts';
import { formatTicks } from './date-format.ts';
import { datePart } from './date-part.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';
import {
  floorDivide,
  NANOSECONDS_PER_TICK,
  readTicks,
  TICKS_PER_MS,
  type Ticks,
  ticksOf,
  writeTicks,
} from './ticks.ts';

/** The functions of dates and times, which are ISO 8601 strings in UTC. */
export const DATE: Family = {
  DATETIMEADD: ofDefined(3, 3, add),
  DATETIMEBIN: ofDefined(2, 4, bin),
  DATETIMEDIFF: ofDefined(3, 3, difference),
  DATETIMEFORMAT: ofDefined(2, 2, format),
  DATETIMEFROMPARTS: ofDefined(3, 7, fromParts),
  DATETIMEPART: ofDefined(2, 2, part),
  DATETIMETOTICKS: ofTicks((ticks) => Number(ticks)),
  DATETIMETOTIMESTAMP: ofTicks((ticks) => Number(floorDivide(ticks, TICKS_PER_MS))),
  DAY: ofTicks((ticks) => datePart('day')?.read(ticks)),
  IS_DATETIME: { arguments: [1, 1], call: (text) => ticksIn(text) !== undefined },
  MONTH: ofTicks((ticks) => datePart('month')?.read(ticks)),
  TICKSTODATETIME: ofDefined(1, 1, (ticks) => fromCount(ticks, 1n)),
  TIMESTAMPTODATETIME: ofDefined(1, 1, (ms) => fromCount(ms, TICKS_PER_MS)),
  YEAR: ofTicks((ticks) => datePart('year')?.read(ticks)),
};

function ofTicks(call: (ticks: Ticks) => Value): SqlFunction {
  return ofDefined(1, 1, (text) => {
    const ticks = ticksIn(text);
    return ticks === undefined ? undefined : call(ticks);
  });
}

function ticksIn(text: Value): Ticks | undefined {
  return typeof text === 'string' ? readTicks(text) : undefined;
}

function add(name: Value, count: Value, text: Value): Value {
  const ticks = ticksIn(text);
  if (ticks === undefined || !Number.isInteger(count)) return undefined;
  const result = datePart(name)?.add(ticks, count as number);
  return result === undefined ? undefined : writeTicks(result);
}

/** The begin of the bin that the time is in, where bins of some days or shorter units follow each other from an origin. */
function bin(text: Value, name: Value, size: Value = 1, origin: Value = '1970-01-01'): Value {
  const [ticks, start] = [ticksIn(text), ticksIn(origin)];
  const unit = datePart(name)?.nanoseconds;
  if (ticks === undefined || start === undefined || unit === undefined) return undefined;
  if (!Number.isInteger(size) || (size as number) <= 0 || start < WINDOWS_EPOCH) return undefined;
  const length = unit * BigInt(size as number);
  const bins = floorDivide((ticks - start) * NANOSECONDS_PER_TICK, length);
  return writeTicks(start + floorDivide(bins * length, NANOSECONDS_PER_TICK));
}

/** As documented, no bins start before it. */
const WINDOWS_EPOCH: Ticks = -116_444_736_000_000_000n;

/** The number of borders crossed on the way: one year from New Year's Eve to New Year's Day. */
function difference(name: Value, from: Value, to: Value): Value {
  const [start, end, measured] = [ticksIn(from), ticksIn(to), datePart(name)];
  if (start === undefined || end === undefined || measured === undefined) return undefined;
  return Number(measured.count(end) - measured.count(start));
}

function format(text: Value, pattern: Value): Value {
  const ticks = ticksIn(text);
  return ticks === undefined || typeof pattern !== 'string' ? undefined : formatTicks(ticks, pattern);
}

function fromParts(...values: Value[]): Value {
  if (!values.every(Number.isInteger)) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0] = values as number[];
  const ticks = ticksOf({ year, month, day, hour, minute, second, fraction });
  return ticks === undefined ? undefined : writeTicks(ticks);
}

function part(name: Value, text: Value): Value {
  const ticks = ticksIn(text);
  return ticks === undefined ? undefined : datePart(name)?.read(ticks);
}

function fromCount(count: Value, length: bigint): Value {
  return Number.isInteger(count) ? writeTicks(BigInt(count as number) * length) : undefined;
}
