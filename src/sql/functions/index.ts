import { ARRAY } from './array.ts';
import { ARRAY_SUMMARY } from './array-summary.ts';
import { CHOICE } from './choice.ts';
import { CLOCK } from './clock.ts';
import { DATE } from './date.ts';
import { FULL_TEXT } from './full-text.ts';
import { INTEGER } from './integer.ts';
import { ITEM } from './item.ts';
import { JSON_TEXT } from './json-text.ts';
import { NUMBER } from './number.ts';
import { REGEX } from './regex.ts';
import { SET } from './set.ts';
import { SPATIAL } from './spatial.ts';
import type { SqlFunction } from './sql-function.ts';
import { TEXT } from './text.ts';
import { TEXT_POSITION } from './text-position.ts';
import { TEXT_SEARCH } from './text-search.ts';
import { TYPE } from './type.ts';
import { VECTOR } from './vector.ts';

const TEXTS = [TEXT, TEXT_SEARCH, TEXT_POSITION, FULL_TEXT, JSON_TEXT, REGEX];
const ARRAYS = [ARRAY, ARRAY_SUMMARY, SET, VECTOR];

/** The built-in functions by upper-case name. */
export const FUNCTIONS: ReadonlyMap<string, SqlFunction> = new Map(
  [TYPE, ...TEXTS, ...ARRAYS, NUMBER, INTEGER, DATE, CLOCK, SPATIAL, CHOICE, ITEM].flatMap((family) =>
    Object.entries(family),
  ),
);
