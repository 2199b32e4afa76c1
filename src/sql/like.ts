import { spend } from './budget.ts';
import { type Place, SqlError } from './sql-error.ts';

/** Reads a pattern of LIKE: `%` any text, `_` any character, `[a-f]` and `[^a-f]` one of or outside a set. */
export function parsePattern(pattern: string, escaper: string | undefined): Pattern {
  const chars = [...pattern];
  const parts: Part[] = [];
  for (let at = 0; at < chars.length; ) {
    const char = chars[at] as string;
    if (char === escaper && at + 1 < chars.length) {
      parts.push(literal(chars[at + 1] as string));
      at += 2;
      continue;
    }
    const close = char === '[' ? chars.indexOf(']', at + 2) : -1;
    if (close > 0) parts.push(setOf(chars.slice(at + 1, close)));
    else if (char === '%') parts.push(ANY_TEXT);
    else parts.push(char === '_' ? () => true : literal(char));
    at = close > 0 ? close + 1 : at + 1;
  }
  return { parts };
}

/** Whether all of the text fits. Takes no longer than text times pattern. */
export function matches(text: string, { parts }: Pattern): boolean {
  const chars = [...text];
  // Only the last `%` ever has to take more: what was matched before it would match again.
  let [at, part, resumeAt, resumePart] = [0, 0, 0, -1];
  while (at < chars.length) {
    spend(1);
    const test = parts[part];
    if (test === ANY_TEXT) [resumeAt, resumePart] = [at, ++part];
    else if (test?.(chars[at] as string)) [at, part] = [at + 1, part + 1];
    else if (resumePart < 0) return false;
    else [at, part] = [++resumeAt, resumePart];
  }
  while (parts[part] === ANY_TEXT) part++;
  return part === parts.length;
}

/** Throws unless ESCAPE names one character. */
export function checkEscape(escaper: string | undefined, place: Place): void {
  if (escaper === undefined || [...escaper].length === 1) return;
  throw new SqlError('The ESCAPE of LIKE must be a single character.', place, 'SC2052');
}

export interface Pattern {
  readonly parts: readonly Part[];
}

type Part = (char: string) => boolean;

/** Never called: the place of a `%`. */
const ANY_TEXT: Part = () => true;

function literal(char: string): Part {
  return (other) => other === char;
}

function setOf(chars: readonly string[]): Part {
  const negated = chars[0] === '^';
  const members = negated ? chars.slice(1) : chars;
  const ranges: [from: number, to: number][] = [];
  for (let at = 0; at < members.length; at++) {
    const from = codeOf(members[at]);
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([from, isRange ? codeOf(members[at + 2]) : from]);
    if (isRange) at += 2;
  }
  return (char) => ranges.some(([from, to]) => codeOf(char) >= from && codeOf(char) <= to) !== negated;
}

function codeOf(char: string | undefined): number {
  return char?.codePointAt(0) ?? 0;
}
