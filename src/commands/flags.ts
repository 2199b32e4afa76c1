import { formatDuration, parseDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';
import { parseSize } from '../support/size.ts';
import type { Flag } from './command.ts';
import { needing, without } from './needs.ts';

// Kinds of flags, and the flags that mean the same in several commands.

export function toggle(spelling: string, summary: string): Flag<boolean> {
  return { spelling, summary, parse: () => true, fallback: false };
}

export function text(spelling: string, summary: string, fallback: string): Flag<string> {
  return { spelling, summary, parse: (value) => value, fallback };
}

/** A text that need not be given. */
export function optional(spelling: string, summary: string): Flag<string | undefined> {
  return { spelling, summary, parse: (value) => value, fallback: undefined };
}

/** May be given several times. */
export function list<Value>(spelling: string, summary: string, parse: (text: string) => Value): Flag<readonly Value[]> {
  const flag = { spelling, summary, parse, fallback: [], isList: true };
  // What is parsed is one of them.
  return flag as unknown as Flag<readonly Value[]>;
}

/** Anything else that need not be given. */
export function parsed<Value>(
  spelling: string,
  summary: string,
  parse: (text: string) => Value,
): Flag<Value | undefined> {
  return { spelling, summary, parse, fallback: undefined };
}

/** A whole number of at least `min`. */
export function count<Fallback extends number | undefined>(
  spelling: string,
  summary: string,
  fallback: Fallback,
  { min = 1, max = Number.MAX_SAFE_INTEGER } = {},
): Flag<number | Fallback> {
  return { spelling, summary, parse: (value) => parseCount(value, min, max), fallback };
}

/** A time of at least `minMs`, and no longer than a timer can be set for. */
export function duration<Fallback extends string | undefined>(
  spelling: string,
  summary: string,
  fallback: Fallback,
  { minMs = 0 } = {},
): Flag<number | (Fallback extends string ? number : undefined)> {
  const parse = (value: string): number => boundedDuration(value, minMs);
  const flag = { spelling, summary, parse };
  if (fallback === undefined) return { ...flag, fallback: undefined as never };
  return { ...flag, fallback: parseDuration(fallback), fallbackText: fallback };
}

/** A number from 0 to `max`. */
export function fraction<Fallback extends number | undefined>(
  spelling: string,
  summary: string,
  fallback: Fallback,
  max = 1,
): Flag<number | Fallback> {
  return { spelling, summary, parse: (value) => parseFraction(value, max), fallback };
}

/** One of some words, or nothing. */
export function choice<const Word extends string>(
  spelling: string,
  summary: string,
  words: readonly Word[],
): Flag<Word | undefined> {
  const parse = (value: string): Word => {
    const word = words.find((candidate) => candidate === value.toLowerCase());
    if (word) return word;
    throw new FlowError('usage', `"${value}" is not ${words.join(' or ')}`);
  };
  return { spelling, summary: `${summary}: ${words.join(', ')}`, parse, fallback: undefined };
}

/** A time that need not be given. */
export function optionalDuration(spelling: string, summary: string): Flag<number | undefined> {
  return { spelling, summary, parse: (value) => boundedDuration(value, 1), fallback: undefined };
}

export function size(spelling: string, summary: string, fallback: string): Flag<number> {
  return { spelling, summary, parse: parseSize, fallback: parseSize(fallback), fallbackText: fallback };
}

export const concurrency = count('--concurrency <n>', 'batches under way at once to the target', 16, { max: 1000 });

export const embeddedData = text(
  '--embedded-data <file>',
  'where embedded: containers are kept; ":memory:" keeps nothing',
  '.cosmosflow/embedded.db',
);

export const requestTimeout = duration(
  '--request-timeout <time>',
  'how long an account may take to answer a request',
  '15s',
  { minMs: 1 },
);

export const envelope = toggle(
  '--envelope',
  'put each document in an object with its key, operation, LSN, range and time',
);

export const systemProperties = toggle(
  '--system-properties',
  'keep _rid, _self, _etag, _attachments, _ts and _lsn in documents',
);

export const patience = duration('--patience <time>', 'how long to go on without success before giving up', '2m');

export const where = optional('--where <predicate>', 'hand on only documents that meet it, such as "c.total > 100"');

export const select = optional('--select <columns>', 'hand on only this of each, such as "c.id, c.total AS sum"');

export const dryRun = toggle('--dry-run', 'print what would be done, and what it may cost; nothing is made or written');

export const deadLetter = optional('--dead-letter <file>', 'set refused documents aside in this file, and go on');

export const maxErrors = needing(
  without('--dead-letter FILE', (options) => options.deadLetter !== undefined),
  count('--max-errors <n>', 'stop when more than this many are refused', undefined),
);

/** A timer holds 2³¹ ms. */
const LONGEST = '24d';

function boundedDuration(value: string, minMs: number): number {
  const ms = parseDuration(value);
  if (ms >= minMs && ms <= parseDuration(LONGEST)) return ms;
  throw new FlowError('usage', `"${value}" is not a time from ${formatDuration(minMs)} to ${LONGEST}`);
}

function parseFraction(value: string, max: number): number {
  const number = Number(value);
  if (/^[\d.]+$/.test(value) && number >= 0 && number <= max) return number;
  throw new FlowError('usage', `"${value}" is not a number from 0 to ${max}`);
}

function parseCount(value: string, min: number, max: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= min && number <= max) return number;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new FlowError('usage', `"${value}" is not a whole number ${range}`);
}
