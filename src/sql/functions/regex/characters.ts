import { type CharacterTest, PatternError } from './node.ts';

/** The classes of PCRE without Unicode properties: letters, digits and white space are those of ASCII. */
export const ESCAPED_CLASSES: ReadonlyMap<string, CharacterTest> = new Map([
  ...both('d', oneOf('0-9')),
  ...both('w', oneOf('0-9A-Z_-_a-z')),
  ...both('s', oneOf('\t-\r - ')),
  ...both(
    'h',
    oneOf('\t-\t - \u00a0-\u00a0\u1680-\u1680\u180e-\u180e\u2000-\u200a\u202f-\u202f\u205f-\u205f\u3000-\u3000'),
  ),
  ...both('v', oneOf('\n-\r\u0085-\u0085\u2028-\u2029')),
]);

/** The classes that are written `[:name:]` in brackets. */
export const NAMED_CLASSES: ReadonlyMap<string, CharacterTest> = new Map([
  ['alnum', oneOf('0-9A-Za-z')],
  ['alpha', oneOf('A-Za-z')],
  ['blank', oneOf('\t-\t - ')],
  ['digit', oneOf('0-9')],
  ['lower', oneOf('a-z')],
  ['punct', oneOf('!-/:-@[-`{-~')],
  ['space', oneOf('\t-\r - ')],
  ['upper', oneOf('A-Z')],
  ['word', oneOf('0-9A-Z_-_a-z')],
  ['xdigit', oneOf('0-9A-Fa-f')],
]);

export const ESCAPED_CONTROLS: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['e', 0x1b],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
]);

export const isWordCharacter: CharacterTest = oneOf('0-9A-Z_-_a-z');

/** The characters of a general category, such as `L` or `Lu`. */
export function ofCategory(name: string): CharacterTest {
  // Of one character, an expression of the host takes no time worth bounding.
  if (!/^(?:C[cfnos]?|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/.test(name)) throw new PatternError();
  const category = new RegExp(`\\p{${name}}`, 'u');
  return (character) => category.test(String.fromCodePoint(character));
}

/** How many times longer a test takes that ignores case. */
export const CASE_COST = 5;

/** The test with upper and lower case taken for the same. */
export function ignoringCase(test: CharacterTest): CharacterTest {
  return (character) => {
    if (test(character)) return true;
    const text = String.fromCodePoint(character);
    return isOneThat(text.toLowerCase(), test) || isOneThat(text.toUpperCase(), test);
  };
}

function isOneThat(text: string, test: CharacterTest): boolean {
  const character = text.codePointAt(0) as number;
  return text.length === (character > 0xffff ? 2 : 1) && test(character);
}

/** Of ranges such as `0-9A-F`; a single character is a range as well. */
function oneOf(ranges: string): CharacterTest {
  const bounds = [...ranges.matchAll(/(.)-(.)/gs)].map(([, low = '', high = '']) => [
    low.charCodeAt(0),
    high.charCodeAt(0),
  ]);
  return (character) => bounds.some(([low = 0, high = 0]) => character >= low && character <= high);
}

function both(letter: string, test: CharacterTest): [string, CharacterTest][] {
  return [
    [letter, test],
    [letter.toUpperCase(), (character) => !test(character)],
  ];
}
