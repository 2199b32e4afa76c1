import type { Value } from '../value.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that look for a string in another one. Positions are in UTF-16 units, from 0. */
export const TEXT_POSITION: Family = {
  INDEX_OF: ofDefined(2, 3, indexOf),
  LASTINDEXOF: ofDefined(2, 3, lastIndexOf),
  LASTSUBSTRINGAFTER: cut((text, delimiter) => text.lastIndexOf(delimiter), after),
  LASTSUBSTRINGBEFORE: cut((text, delimiter) => text.lastIndexOf(delimiter), before),
  SUBSTRINGAFTER: cut((text, delimiter) => text.indexOf(delimiter), after),
  SUBSTRINGBEFORE: cut((text, delimiter) => text.indexOf(delimiter), before),
};

function indexOf(text: Value, part: Value, start: Value = 0): Value {
  if (typeof text !== 'string' || typeof part !== 'string' || !Number.isInteger(start)) return undefined;
  return (start as number) > text.length ? -1 : text.indexOf(part, start as number);
}

/** What is found ends at the start position or before it: the search goes backwards from there. */
function lastIndexOf(text: Value, part: Value, ...[start]: Value[]): Value {
  if (typeof text !== 'string' || typeof part !== 'string') return undefined;
  if (start === undefined) return text.lastIndexOf(part);
  if (!Number.isInteger(start)) return undefined;
  return (start as number) < 0 ? -1 : text.slice(0, (start as number) + 1).lastIndexOf(part);
}

/** A side of a delimiter; `undefined` without one. */
function cut(
  find: (text: string, delimiter: string) => number,
  side: (text: string, at: number, delimiter: string) => string,
): SqlFunction {
  return ofDefined(2, 2, (text, delimiter) => {
    if (typeof text !== 'string' || typeof delimiter !== 'string') return undefined;
    const at = find(text, delimiter);
    return at < 0 ? undefined : side(text, at, delimiter);
  });
}

function before(text: string, at: number): string {
  return text.slice(0, at);
}

function after(text: string, at: number, delimiter: string): string {
  return text.slice(at + delimiter.length);
}
