import type { Random } from '../../test/support/random.ts';
import type { Written } from './cases.ts';

type Kind = 'text' | 'number' | 'array' | 'any';

/** The functions that both engines have, with what they take. */
const FUNCTIONS: Readonly<Record<string, readonly Kind[]>> = {
  ABS: ['number'],
  ACOS: ['number'],
  ARRAY_CONCAT: ['array', 'array', 'array'],
  ARRAY_CONTAINS: ['array', 'any'],
  ARRAY_LENGTH: ['array'],
  ARRAY_SLICE: ['array', 'number', 'number'],
  ASIN: ['number'],
  ATAN: ['number'],
  ATN2: ['number', 'number'],
  CEILING: ['number'],
  CONCAT: ['text', 'text', 'text'],
  CONTAINS: ['text', 'text'],
  COS: ['number'],
  COT: ['number'],
  DEGREES: ['number'],
  ENDSWITH: ['text', 'text'],
  EXP: ['number'],
  FLOOR: ['number'],
  INDEX_OF: ['text', 'text'],
  IS_ARRAY: ['any'],
  IS_BOOL: ['any'],
  IS_DEFINED: ['any'],
  IS_NULL: ['any'],
  IS_NUMBER: ['any'],
  IS_OBJECT: ['any'],
  IS_PRIMITIVE: ['any'],
  IS_STRING: ['any'],
  LEFT: ['text', 'number'],
  LENGTH: ['text'],
  LOG: ['number'],
  LOG10: ['number'],
  LOWER: ['text'],
  LTRIM: ['text'],
  PI: [],
  POWER: ['number', 'number'],
  RADIANS: ['number'],
  REGEXMATCH: ['text', 'text'],
  REPLACE: ['text', 'text', 'text'],
  REPLICATE: ['text', 'number'],
  REVERSE: ['text'],
  RIGHT: ['text', 'number'],
  ROUND: ['number'],
  RTRIM: ['text'],
  SIGN: ['number'],
  SIN: ['number'],
  SQRT: ['number'],
  SQUARE: ['number'],
  STARTSWITH: ['text', 'text'],
  SUBSTRING: ['text', 'number', 'number'],
  TAN: ['number'],
  TOSTRING: ['any'],
  TRIM: ['text'],
  TRUNC: ['number'],
  UPPER: ['text'],
};

const LITERALS: Readonly<Record<Kind, readonly string[]>> = {
  text: ['"a"', '"ab"', '"bab"', '""', '" a "', '"Ünï"', '"aab"'],
  number: ['0', '1', '2', '-1', '3', '0.5', '-2.5', '100'],
  array: ['[]', '[1]', '[1, "a", null]', '[[1], {a: 1}]', '["a", "b", "a", 2]'],
  any: ['1', '"a"', 'null', 'true', '{a: 1}', '[1]', 'undefined'],
};

/** A call of a function that both engines have; most arguments are of the kind that it takes. */
export function randomCall(random: Random, anything: () => Written): Written {
  const [name, kinds] = random.pick(Object.entries(FUNCTIONS));
  const items = kinds.map((kind) => {
    if (random.chance(0.4)) return anything();
    const text = random.pick(LITERALS[kind]);
    return () => text;
  });
  return (dialect) => `${name}(${items.map((item) => item(dialect)).join(', ')})`;
}
