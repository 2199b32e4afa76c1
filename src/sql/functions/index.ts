import type { SqlFunction } from './sql-function.ts';
import { TEXT_SEARCH } from './text-search.ts';
import { TYPE } from './type.ts';

/** The built-in functions by upper-case name. */
export const FUNCTIONS: ReadonlyMap<string, SqlFunction> = new Map(
  [TYPE, TEXT_SEARCH].flatMap((family) => Object.entries(family)),
);
