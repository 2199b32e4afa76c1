import type { Value } from '../value.ts';
import { type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that read and write JSON text. */
export const JSON_TEXT: Family = {
  STRINGTOARRAY: parse(Array.isArray),
  STRINGTOBOOLEAN: parse((value) => typeof value === 'boolean'),
  STRINGTONULL: parse((value) => value === null),
  STRINGTONUMBER: parse(Number.isFinite),
  STRINGTOOBJECT: parse((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
  TOSTRING: ofDefined(1, 1, print),
};

/** The limit of the service for documents. Without one, what comes after here would recurse too deep. */
const LEVELS_MAX = 128;

function parse(isWanted: (value: Value) => boolean): SqlFunction {
  return ofDefined(1, 1, (text) => {
    const value = typeof text === 'string' ? parsed(text) : undefined;
    return isWanted(value) && !isDeeper(value, LEVELS_MAX) ? value : undefined;
  });
}

function parsed(text: string): Value {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isDeeper(value: Value, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** Strings as they are. NaN and Infinity, which are values of the language, have no JSON. */
function print(value: Value): Value {
  if (typeof value === 'string') return value;
  if (isDeeper(value, LEVELS_MAX)) return undefined;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
