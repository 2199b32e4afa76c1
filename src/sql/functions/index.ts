import { JSON_TEXT } from './json-text.ts';
import type { SqlFunction } from './sql-function.ts';
import { TEXT } from './text.ts';
import { TEXT_POSITION } from './text-position.ts';
import { TEXT_SEARCH } from './text-search.ts';
import { TYPE } from './type.ts';

/** The built-in functions by upper-case name. */
export const FUNCTIONS: ReadonlyMap<string, SqlFunction> = new Map(
  [TYPE, TEXT, TEXT_SEARCH, TEXT_POSITION, JSON_TEXT].flatMap((family) => Object.entries(family)),
);
