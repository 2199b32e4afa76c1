import type { Value } from '../value.ts';
import { ANY_NUMBER, type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that make strings of strings. Lengths and positions are in UTF-16 units. */
export const TEXT: Family = {
  CONCAT: ofDefined(2, ANY_NUMBER, (...texts) => join(texts, '')),
  LEFT: ofDefined(2, 2, (text, length) => slice(text, 0, length)),
  LENGTH: ofText((text) => text.length),
  LOWER: ofText((text) => text.toLowerCase()),
  LTRIM: trim({ start: true, end: false }),
  REPLACE: ofDefined(3, 3, replace),
  REPLICATE: ofDefined(2, 2, replicate),
  REVERSE: ofText((text) => [...text].reverse().join('')),
  RIGHT: ofDefined(2, 2, right),
  RTRIM: trim({ start: false, end: true }),
  STRINGJOIN: ofDefined(2, 2, join),
  STRINGSPLIT: ofDefined(2, 2, split),
  SUBSTRING: ofDefined(3, 3, slice),
  TRIM: trim({ start: true, end: true }),
  UPPER: ofText((text) => text.toUpperCase()),
};

/** As documented: a longer result is `undefined`. */
const REPLICATED_MAX = 10_000;
/** A document has at most 2 MiB, so that nobody can want a longer string; without a limit, calls in calls double it. */
export const TEXT_MAX = 2 * 1024 * 1024;

function ofText(call: (text: string) => Value): SqlFunction {
  return ofDefined(1, 1, (text) => (typeof text === 'string' ? call(text) : undefined));
}

function join(texts: Value, separator: Value): Value {
  if (!Array.isArray(texts) || typeof separator !== 'string') return undefined;
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  return length - separator.length > TEXT_MAX ? undefined : texts.join(separator);
}

/** An empty separator separates nothing. */
function split(text: Value, separator: Value): Value {
  if (typeof text !== 'string' || typeof separator !== 'string') return undefined;
  return separator === '' ? [text] : text.split(separator);
}

/** Nothing of the string when the start lies outside of it: unlike in ARRAY_SLICE, it is not counted from the end. */
function slice(text: Value, start: Value, length: Value): Value {
  if (typeof text !== 'string' || typeof start !== 'number' || typeof length !== 'number') return undefined;
  if (text === '') return '';
  if (!Number.isInteger(start) || !Number.isInteger(length)) return undefined;
  return start < 0 || length <= 0 ? '' : text.slice(start, start + length);
}

function right(text: Value, length: Value): Value {
  if (typeof text !== 'string' || !Number.isInteger(length)) return undefined;
  return slice(text, Math.max(text.length - (length as number), 0), text.length);
}

function replace(text: Value, part: Value, replacement: Value): Value {
  if (typeof text !== 'string' || typeof part !== 'string' || typeof replacement !== 'string') return undefined;
  if (part === '') return undefined;
  const pieces = text.split(part);
  return join(pieces, replacement);
}

function replicate(text: Value, count: Value): Value {
  if (typeof text !== 'string' || typeof count !== 'number' || count < 0 || !Number.isFinite(count)) return undefined;
  const times = Math.trunc(count);
  if (text === '') return '';
  return text.length * times > REPLICATED_MAX ? undefined : text.repeat(times);
}

/** Removes white space, or any of the characters of a second argument. */
function trim(sides: { readonly start: boolean; readonly end: boolean }): SqlFunction {
  return ofDefined(1, 2, (text, characters) => {
    if (typeof text !== 'string') return undefined;
    if (characters !== undefined && typeof characters !== 'string') return undefined;
    const points = [...text];
    const unwanted = characters === undefined ? undefined : new Set(characters);
    const isUnwanted = (point = '') => (unwanted ? unwanted.has(point) : point.trim() === '');
    let [from, to] = [0, points.length];
    while (sides.start && from < to && isUnwanted(points[from])) from++;
    while (sides.end && to > from && isUnwanted(points[to - 1])) to--;
    return points.slice(from, to).join('');
  });
}
