import type { Value } from '../value.ts';
import { datePart } from './date-part.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';
import { TICKS_PER_MS, type Ticks, writeTicks } from './ticks.ts';

/** The functions of the current time, to the millisecond. */
export const CLOCK: Family = {
  AGO: ofDefined(2, 2, (name, count) => later(name, typeof count === 'number' ? -count : undefined)),
  GETCURRENTDATETIME: ofDefined(0, 0, () => writeTicks(now())),
  GETCURRENTDATETIMESTATIC: once(() => writeTicks(now())),
  GETCURRENTTICKS: ofDefined(0, 0, () => Number(now())),
  GETCURRENTTICKSSTATIC: once(() => Number(now())),
  GETCURRENTTIMESTAMP: ofDefined(0, 0, () => Date.now()),
  GETCURRENTTIMESTAMPSTATIC: once(() => Date.now()),
  NOW: ofDefined(0, 2, (...values) => (values.length === 0 ? writeTicks(now()) : later(...values))),
};

function once(call: () => Value): SqlFunction {
  return { arguments: [0, 0], call, once: true };
}

function now(): Ticks {
  return BigInt(Date.now()) * TICKS_PER_MS;
}

function later(name?: Value, count?: Value): Value {
  if (!Number.isInteger(count)) return undefined;
  const ticks = datePart(name)?.add(now(), count as number);
  return ticks === undefined ? undefined : writeTicks(ticks);
}
