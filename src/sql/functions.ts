import type { Value } from './value.ts';

interface SqlFunction {
  readonly arguments: readonly [fewest: number, most: number];
  readonly call: (...values: Value[]) => Value;
}

/** The built-in functions by upper-case name. */
export const FUNCTIONS: ReadonlyMap<string, SqlFunction> = new Map<string, SqlFunction>([
  ['IS_DEFINED', { arguments: [1, 1], call: (value) => value !== undefined }],
  ['IS_NULL', { arguments: [1, 1], call: (value) => value === null }],
  ['STARTSWITH', textTest((text, part) => text.startsWith(part))],
  ['ENDSWITH', textTest((text, part) => text.endsWith(part))],
  ['CONTAINS', textTest((text, part) => text.includes(part))],
]);

/** A test of two strings with an optional third argument: whether to ignore case. */
function textTest(test: (text: string, part: string) => boolean): SqlFunction {
  return {
    arguments: [2, 3],
    call: (text, part, ignoreCase) => {
      if (typeof text !== 'string' || typeof part !== 'string') return undefined;
      return ignoreCase === true ? test(text.toLowerCase(), part.toLowerCase()) : test(text, part);
    },
  };
}
