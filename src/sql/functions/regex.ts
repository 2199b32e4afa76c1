import { spend } from '../budget.ts';
import type { Value } from '../value.ts';
import { type Budget, findMatch, type Match } from './regex/matcher.ts';
import { compilePattern, type Program } from './regex/program.ts';
import { type Family, ofDefined } from './sql-function.ts';
import { TEXT_MAX } from './text.ts';

/**
 * The functions of regular expressions, a subset of PCRE's that is matched in time proportional to the text. What is not in
 * it, such as backreferences and look-around, gives `undefined`, and so does a search that takes too many steps.
 */
export const REGEX: Family = {
  REGEXEXTRACT: ofDefined(2, 4, extract),
  REGEXEXTRACTALL: ofDefined(2, 4, extractAll),
  REGEXMATCH: ofDefined(2, 3, isMatching),
  REGEXREPLACE: ofDefined(3, 4, (...values) => replace(values, 1)),
  REGEXREPLACEALL: ofDefined(3, 4, (...values) => replace(values, Infinity)),
};

/** Of one call. They take a few tenths of a second, and there are so many in a step of a query. */
const STEPS_MAX = 5_000_000;
const STEPS_IN_ONE = 4;
/** Queries match one pattern against many documents. */
const PROGRAMS_MAX = 64;
const programs = new Map<string, Program | undefined>();

function isMatching(text: Value, pattern: Value, modifiers?: Value): Value {
  const matches = search(text, pattern, modifiers, 1);
  return matches && matches.length > 0;
}

function extract(text: Value, pattern: Value, modifiers?: Value, group: Value = 0): Value {
  const [match] = search(text, pattern, modifiers, 1) ?? [];
  return match && textOf(text as string, match, group);
}

/** Without the matches in which the group took no part. */
function extractAll(text: Value, pattern: Value, modifiers?: Value, group: Value = 0): Value {
  if (!isGroup(group)) return undefined;
  const matches = search(text, pattern, modifiers);
  return matches?.map((match) => textOf(text as string, match, group)).filter((part) => part !== undefined);
}

function textOf(text: string, match: Match, group: Value): string | undefined {
  if (!isGroup(group)) return undefined;
  const [start = -1, end = -1] = match.slice(group * 2, group * 2 + 2);
  return start < 0 ? undefined : text.slice(start, end);
}

function isGroup(group: Value): group is number {
  return Number.isInteger(group) && (group as number) >= 0;
}

/** The replacement stands for itself: it cannot refer to groups. */
function replace([text, pattern, replacement, modifiers]: readonly Value[], count: number): Value {
  const matches = search(text, pattern, modifiers, count);
  if (!matches || typeof text !== 'string' || typeof replacement !== 'string') return undefined;
  if (text.length + matches.length * replacement.length > TEXT_MAX) return undefined;
  const ends = [0, ...matches.map(([, end = 0]) => end)];
  const kept = matches.map(([start], at) => text.slice(ends[at], start) + replacement);
  return kept.join('') + text.slice(ends.at(-1));
}

/** The matches from left to right, none of which overlap; `undefined` where there is no answer. */
function search(text: Value, pattern: Value, modifiers: Value = '', most = Infinity): Match[] | undefined {
  if (typeof text !== 'string' || typeof pattern !== 'string' || typeof modifiers !== 'string') return undefined;
  const program = programOf(pattern, modifiers);
  if (!program) return undefined;
  const budget: Budget = { left: STEPS_MAX };
  const matches: Match[] = [];
  for (let from = 0; from <= text.length && matches.length < most; ) {
    const match = findMatch(program, text, from, budget);
    if (!match) break;
    matches.push(match);
    const [start = 0, end = 0] = match;
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  spend(Math.floor((STEPS_MAX - budget.left) / STEPS_IN_ONE));
  return budget.left < 0 ? undefined : matches;
}

function programOf(pattern: string, modifiers: string): Program | undefined {
  if (!/^[imsx]*$/.test(modifiers)) return undefined;
  const [i, m, s, x] = ['i', 'm', 's', 'x'].map((letter) => modifiers.includes(letter)) as [
    boolean,
    boolean,
    boolean,
    boolean,
  ];
  const key = `${modifiers}/${pattern}`;
  if (programs.has(key)) return programs.get(key);
  if (programs.size >= PROGRAMS_MAX) programs.clear();
  const program = compilePattern(pattern, { i, m, s, x });
  programs.set(key, program);
  return program;
}
