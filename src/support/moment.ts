/** Milliseconds since 1970 of an ISO time, or of a number of seconds as in `_ts`; `undefined` when it is neither. */
export function momentOf(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) || Math.abs(ms) > LATEST ? undefined : ms;
}

/** What a Date can hold. */
const LATEST = 8.64e15;
