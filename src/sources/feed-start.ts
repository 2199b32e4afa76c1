import { FlowError } from '../support/error.ts';

/** Where a change feed is read from when nothing is stored; a time is in whole seconds since 1970, and inclusive. */
export type FeedStart = 'beginning' | 'now' | { readonly since: number };

/** Reads `beginning`, `now`, or a time as ISO 8601 has it, which is UTC unless it says otherwise. */
export function parseFeedStart(text: string): FeedStart {
  const word = text.trim().toLowerCase();
  if (word === 'beginning' || word === 'now') return word;
  const [, date = '', time = '', zone = ''] = ISO_TIME.exec(text.trim()) ?? [];
  const ms = Date.parse(`${date}T${time || '00:00'}${zone || 'Z'}`);
  // A day that the month does not have would become one of the next month.
  if (Number.isNaN(ms) || !isDay(date)) {
    throw new FlowError('usage', `"${text}" is neither "beginning" nor "now" nor a time`, { hint: `write ${EXAMPLE}` });
  }
  if (ms > Date.now()) throw new FlowError('usage', `"${text}" is in the future`, { hint: 'to begin now, write now' });
  if (ms < 0) throw new FlowError('usage', `"${text}" is before 1970`, { hint: 'to read everything, write beginning' });
  return { since: Math.floor(ms / 1000) };
}

/** For people. */
export function describeFeedStart(start: FeedStart): string {
  return typeof start === 'string' ? start : new Date(start.since * 1000).toISOString().replace('.000', '');
}

const ISO_TIME = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|z|[+-]\d{2}:\d{2})?)?$/;
const EXAMPLE = 'a time like 2026-08-01T09:30:00Z';

function isDay(date: string): boolean {
  const ms = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(date);
}
