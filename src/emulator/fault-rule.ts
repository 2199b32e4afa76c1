import { FlowError } from '../support/error.ts';
import type { Exchange, Fault } from './faults.ts';
import { isObject } from './json-body.ts';

/** What goes wrong, with which requests, and how often. It is JSON, so that it can come from outside the process. */
export interface FaultRule {
  /** Requests that are meant: all if this is left out, else those of which all that is given is true. */
  readonly match?: FaultMatch;
  readonly effect: Fault;
  /** The first of the requests that are meant to which it happens; 1 if this is left out. */
  readonly from?: number;
  /** To how many it happens; no end if this is left out. */
  readonly count?: number;
  /** To each with this probability; always if this is left out. */
  readonly probability?: number;
}

interface FaultMatch {
  /** As the routes name it, such as `upsert`; or several, of which it is one. */
  readonly operation?: string | readonly string[];
  readonly method?: string;
  /** Names, as in the path. */
  readonly database?: string;
  readonly container?: string;
  readonly id?: string;
  /** The id of a physical range that the request reaches into. */
  readonly range?: string;
}

/** Checks a rule that comes from outside; throws a FlowError `usage` that says what is wrong with it. */
export function parseRule(value: unknown, operations: readonly string[]): FaultRule {
  const rule = object(value, 'a fault rule', ['match', 'effect', 'from', 'count', 'probability']);
  const match = object(rule.match ?? {}, 'the match of a fault rule', Object.keys(MATCHES));
  for (const [name, given] of Object.entries(match)) check(`match.${name}`, given, MATCHES[name] as Check);
  const unknown = [match.operation ?? []].flat().find((name) => !operations.includes(name as string));
  if (unknown !== undefined) throw invalid('match.operation', unknown, `one of ${operations.join(', ')}`);
  const effect = object(rule.effect, 'the effect of a fault rule', Object.keys(EFFECTS));
  for (const [name, given] of Object.entries(effect)) check(`effect.${name}`, given, EFFECTS[name] as Check);
  const kinds = Object.keys(effect).filter((name) => !ANSWER_PARTS.includes(name) && name !== 'delayMs');
  const isComplete = kinds.length === 1 || (kinds.length === 0 && 'delayMs' in effect);
  const hasStrays = Object.keys(effect).some((name) => ANSWER_PARTS.includes(name)) && !('status' in effect);
  if (!isComplete || hasStrays) throw invalid('effect', effect, 'one thing that happens, which may be delayed');
  if (rule.from !== undefined) check('from', rule.from, COUNT);
  if (rule.count !== undefined) check('count', rule.count, COUNT);
  if (rule.probability !== undefined) check('probability', rule.probability, PROBABILITY);
  return rule as unknown as FaultRule;
}

/** Whether a request is one of those that a rule means. */
export function isMeant({ operation, range, ...rest }: FaultMatch, exchange: Exchange): boolean {
  if (operation !== undefined && ![operation].flat().includes(exchange.operation)) return false;
  const same = Object.entries(rest).every(([name, value]) => exchange[name as keyof typeof rest] === value);
  return same && (range === undefined || exchange.ranges.includes(range));
}

type Check = readonly [isValid: (value: unknown) => boolean, expected: string];

const whole = (min: number, max: number): Check => [
  (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  `a whole number from ${min} to ${max}`,
];
const oneOf = (...choices: readonly unknown[]): Check => [(value) => choices.includes(value), choices.join(' or ')];

const TEXT: Check = [(value) => typeof value === 'string', 'a string'];
const TEXTS: Check = [
  (value) => [value].flat().every((one) => typeof one === 'string'),
  'a string or a list of strings',
];
const HEADERS: Check = [
  (value) => isObject(value) && Object.entries(value).every(([name, text]) => isHeader(name, text)),
  'an object of header names and their values',
];
const COUNT = whole(1, Number.MAX_SAFE_INTEGER);
const PROBABILITY: Check = [(value) => typeof value === 'number' && value >= 0 && value <= 1, 'a number from 0 to 1'];
/** As long as a timer can be set for. */
const TIME = whole(0, 2 ** 31 - 1);
/** A thousand years. */
const SKEW = whole(-31_536_000_000_000, 31_536_000_000_000);

const MATCHES: Readonly<Record<string, Check>> = {
  operation: TEXTS,
  method: TEXT,
  database: TEXT,
  container: TEXT,
  id: TEXT,
  range: TEXT,
};

const ANSWER_PARTS: readonly string[] = ['substatus', 'retryAfterMs', 'message', 'headers', 'fromOperation'];

const EFFECTS: Readonly<Record<string, Check>> = {
  status: whole(400, 599),
  substatus: whole(0, 99_999),
  retryAfterMs: TIME,
  message: TEXT,
  headers: HEADERS,
  fromOperation: COUNT,
  delayMs: TIME,
  before: oneOf('drop', 'reset'),
  after: oneOf('drop', 'reset'),
  hang: oneOf(true),
  truncateAfter: whole(0, Number.MAX_SAFE_INTEGER),
  bytesPerSecond: whole(1, Number.MAX_SAFE_INTEGER),
  expired: oneOf(true),
  split: oneOf(true),
  merge: oneOf(true),
  recreate: oneOf(true),
  skewMs: SKEW,
};

function isHeader(name: string, text: unknown): boolean {
  return /^[\w-]+$/.test(name) && typeof text === 'string' && /^[\x20-\x7e]*$/.test(text);
}

function object(value: unknown, what: string, names: readonly string[]): Record<string, unknown> {
  if (!isObject(value)) throw invalid(what, value, 'a JSON object');
  const stray = Object.keys(value).find((name) => !names.includes(name));
  if (stray === undefined) return value;
  throw new FlowError('usage', `${what} has no "${stray}"`, { hint: `it has ${names.join(', ')}` });
}

function check(name: string, value: unknown, [isValid, expected]: Check): void {
  if (!isValid(value)) throw invalid(name, value, expected);
}

function invalid(name: string, value: unknown, expected: string): FlowError {
  return new FlowError('usage', `${name} cannot be ${JSON.stringify(value)}`, { hint: `it must be ${expected}` });
}
