/**
 * How long a `Retry-After` asks to be left alone: whole seconds, or until a date (RFC 9110, section 10.2.3); an hour at
 * most, and 0 for what is neither.
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_MS);
  // The parser of dates takes much that is none, "1" and "-5" among it.
  if (!DATE.test(text)) return 0;
  const waitMs = Date.parse(text) - nowMs;
  return waitMs > 0 ? Math.min(waitMs, LONGEST_MS) : 0;
}

const LONGEST_MS = 3_600_000;
/** All three forms of a date begin with the name of a day. */
const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;
