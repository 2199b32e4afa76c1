import type { Value } from '../value.ts';
import { ANY_NUMBER, type Family, ofDefined, type SqlFunction } from './sql-function.ts';

/** The functions that tell whether a string contains others. */
export const TEXT_SEARCH: Family = {
  CONTAINS: textTest((text, part) => text.includes(part)),
  CONTAINS_ALL_CI: textsTest(false, lowered),
  CONTAINS_ALL_CS: textsTest(false, asIs),
  CONTAINS_ANY_CI: textsTest(true, lowered),
  CONTAINS_ANY_CS: textsTest(true, asIs),
  ENDSWITH: textTest((text, part) => text.endsWith(part)),
  STARTSWITH: textTest((text, part) => text.startsWith(part)),
  STRINGEQUALS: textTest((text, part) => text === part),
};

/** A test of two strings with an optional third argument: whether to ignore case. */
function textTest(test: (text: string, part: string) => boolean): SqlFunction {
  return ofDefined(2, 3, (text, part, ignoreCase = false) => {
    if (typeof text !== 'string' || typeof part !== 'string' || typeof ignoreCase !== 'boolean') return undefined;
    return ignoreCase ? test(lowered(text), lowered(part)) : test(text, part);
  });
}

/** AND (`decisive` is false) or OR (true) of whether the first string contains each of the others. */
function textsTest(decisive: boolean, folded: (text: string) => string): SqlFunction {
  return {
    arguments: [2, ANY_NUMBER],
    call: (text, ...parts) => {
      if (typeof text !== 'string') return undefined;
      const searched = folded(text);
      const contains = (part: Value) => (typeof part === 'string' ? searched.includes(folded(part)) : undefined);
      const found = parts.map(contains);
      if (found.includes(decisive)) return decisive;
      return found.includes(undefined) ? undefined : !decisive;
    },
  };
}

function lowered(text: string): string {
  return text.toLowerCase();
}

function asIs(text: string): string {
  return text;
}
