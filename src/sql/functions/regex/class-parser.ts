import { CASE_COST, ESCAPED_CLASSES, ESCAPED_CONTROLS, ignoringCase, NAMED_CLASSES, ofCategory } from './characters.ts';
import { type CharacterTest, type Modifiers, type OneCharacter, PatternError } from './node.ts';
import type { PatternText } from './pattern-text.ts';

/** A class in brackets, the first of which was read. */
export function parseClass(text: PatternText, modifiers: Modifiers): OneCharacter {
  const isNegated = text.skip('^');
  const tests: CharacterTest[] = [];
  // A bracket that comes first stands for itself.
  do tests.push(parseRange(text));
  while (!text.skip(']'));
  const any: CharacterTest = (character) => tests.some((test) => test(character));
  const test = modifiers.i ? ignoringCase(any) : any;
  return { kind: 'one', matches: negatedIf(isNegated, test), cost: tests.length * (modifiers.i ? CASE_COST : 1) };
}

/** What follows a backslash, in and out of brackets: a class or a character. */
export function parseEscaped(text: PatternText): CharacterTest | number {
  const letter = text.take();
  const control = ESCAPED_CONTROLS.get(letter);
  if (control !== undefined) return control;
  if (letter === 'x') return parseCode(text);
  if (letter === 'p' || letter === 'P') return parseCategory(text, letter === 'P');
  // Backreferences and letters that mean something else in PCRE.
  if (/[A-Za-z0-9]/.test(letter)) throw new PatternError();
  return letter.codePointAt(0) as number;
}

function parseRange(text: PatternText): CharacterTest {
  const low = parseMember(text);
  if (typeof low === 'function') return low;
  // A dash at the end stands for itself.
  if (!text.is('-') || text.is('-]')) return (character) => character === low;
  text.skip('-');
  const high = parseMember(text);
  if (typeof high === 'function' || high < low) throw new PatternError();
  return (character) => character >= low && character <= high;
}

function parseMember(text: PatternText): CharacterTest | number {
  const [, negation, name] = text.skipMatch(/\[:(\^?)(\w+):\]/y) ?? [];
  if (name !== undefined) return negatedIf(negation === '^', found(NAMED_CLASSES.get(name)));
  if (!text.skip('\\')) return text.take().codePointAt(0) as number;
  if (text.skip('b')) return 0x08;
  return ESCAPED_CLASSES.has(text.peek()) ? found(ESCAPED_CLASSES.get(text.take())) : parseEscaped(text);
}

function parseCode(text: PatternText): number {
  const [, braced, two] = text.skipMatch(/\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{1,2})/y) ?? [];
  const code = Number.parseInt(found(braced ?? two), 16);
  if (code > 0x10ffff) throw new PatternError();
  return code;
}

function parseCategory(text: PatternText, isNegated: boolean): CharacterTest {
  const [, negation, braced, letter] = text.skipMatch(/\{(\^?)(\w+)\}|(\w)/y) ?? [];
  return negatedIf(isNegated !== (negation === '^'), ofCategory(found(braced ?? letter)));
}

function negatedIf(isNegated: boolean, test: CharacterTest): CharacterTest {
  return isNegated ? (character) => !test(character) : test;
}

function found<Found>(value: Found | undefined): Found {
  if (value === undefined) throw new PatternError();
  return value;
}
