import { CASE_COST, ESCAPED_CLASSES, ignoringCase, isWordCharacter } from './characters.ts';
import { parseClass, parseEscaped } from './class-parser.ts';
import { type Assertion, type CharacterTest, type Modifiers, type Node, PatternError } from './node.ts';
import { PatternText } from './pattern-text.ts';

/** The tree of a pattern of PCRE, and how many groups it captures; `PatternError` for what is wrong or unsupported. */
export function parsePattern(pattern: string, modifiers: Modifiers): { readonly node: Node; readonly groups: number } {
  const parser: Parser = { text: new PatternText(pattern), modifiers, groups: 0 };
  const node = parseChoice(parser);
  if (!parser.text.isAtEnd) throw new PatternError();
  return { node, groups: parser.groups };
}

interface Parser {
  readonly text: PatternText;
  readonly modifiers: Modifiers;
  groups: number;
}

function parseChoice(parser: Parser): Node {
  const items = [parseSequence(parser)];
  while (parser.text.skip('|')) items.push(parseSequence(parser));
  return items.length === 1 ? (items[0] as Node) : { kind: 'choice', items };
}

function parseSequence(parser: Parser): Node {
  const items: Node[] = [];
  for (;;) {
    skipBlanks(parser);
    if (parser.text.isAtEnd || parser.text.is('|') || parser.text.is(')')) return { kind: 'sequence', items };
    items.push(parseRepeats(parser));
  }
}

function parseRepeats(parser: Parser): Node {
  const item = parseItem(parser);
  skipBlanks(parser);
  const bounds = parseBounds(parser.text);
  if (!bounds) return item;
  const lazy = parser.text.skip('?');
  // Possessive quantifiers (`a++`) and quantifiers of quantifiers.
  if (parser.text.is('+') || parser.text.is('*') || parser.text.is('?')) throw new PatternError();
  return { kind: 'repeat', item, ...bounds, lazy };
}

type Bounds = { readonly fewest: number; readonly most: number };

function parseBounds(text: PatternText): Bounds | undefined {
  if (text.skip('*')) return { fewest: 0, most: Number.POSITIVE_INFINITY };
  if (text.skip('+')) return { fewest: 1, most: Number.POSITIVE_INFINITY };
  if (text.skip('?')) return { fewest: 0, most: 1 };
  // Other braces stand for themselves.
  const [, low, comma, high] = text.skipMatch(/\{(\d+)(,?)(\d*)\}/y) ?? [];
  if (low === undefined) return undefined;
  const fewest = Number(low);
  const most = high ? Number(high) : comma ? Number.POSITIVE_INFINITY : fewest;
  if (most < fewest) throw new PatternError();
  return { fewest, most };
}

function parseItem(parser: Parser): Node {
  const { text, modifiers } = parser;
  if (text.skip('(')) return parseGroup(parser);
  if (text.skip('[')) return parseClass(text, modifiers);
  if (text.skip('.')) return one((character) => modifiers.s || character !== LINE_BREAK);
  if (text.skip('^')) return { kind: 'assertion', assertion: modifiers.m ? isLineStart : isStart };
  if (text.skip('$')) return { kind: 'assertion', assertion: modifiers.m ? isLineEnd : isEndOrLastBreak };
  if (text.is('*') || text.is('+') || text.is('?')) throw new PatternError();
  if (!text.skip('\\')) return literal(text.take(), modifiers);
  const letter = text.peek();
  const assertion = ASSERTIONS.get(letter);
  if (assertion) {
    text.skip(letter);
    return { kind: 'assertion', assertion };
  }
  const escaped = ESCAPED_CLASSES.has(letter) ? ESCAPED_CLASSES.get(text.take()) : parseEscaped(text);
  return typeof escaped === 'function' ? one(escaped) : literal(String.fromCodePoint(escaped as number), modifiers);
}

function parseGroup(parser: Parser): Node {
  const { text } = parser;
  const captures = !text.skip('?:');
  // A name is of no use without backreferences. Everything else after the question mark is not supported.
  if (captures && text.is('?') && !text.skipMatch(/\?P?<[A-Za-z_]\w*>/y)) throw new PatternError();
  const number = captures ? ++parser.groups : 0;
  const item = parseChoice(parser);
  if (!text.skip(')')) throw new PatternError();
  return captures ? { kind: 'group', number, item } : item;
}

function skipBlanks({ text, modifiers }: Parser): void {
  if (modifiers.x) text.skipMatch(/(?:\s+|#.*)+/y);
}

function one(matches: CharacterTest, cost = 1): Node {
  return { kind: 'one', matches, cost };
}

function literal(text: string, modifiers: Modifiers): Node {
  const wanted = text.codePointAt(0);
  const isWanted: CharacterTest = (character) => character === wanted;
  return modifiers.i ? one(ignoringCase(isWanted), CASE_COST) : one(isWanted);
}

const LINE_BREAK = 0x0a;
const NONE = -1;

function isStart(before: number): boolean {
  return before === NONE;
}

/** Not after a line break that ends the text. */
function isLineStart(before: number, after: number): boolean {
  return before === NONE || (before === LINE_BREAK && after !== NONE);
}

function isEnd(_before: number, after: number): boolean {
  return after === NONE;
}

function isLineEnd(_before: number, after: number): boolean {
  return after === NONE || after === LINE_BREAK;
}

function isEndOrLastBreak(_before: number, after: number, isBeforeLast: boolean): boolean {
  return after === NONE || (after === LINE_BREAK && isBeforeLast);
}

function isWordBorder(before: number, after: number): boolean {
  return isWordCharacter(before) !== isWordCharacter(after);
}

const ASSERTIONS: ReadonlyMap<string, Assertion> = new Map<string, Assertion>([
  ['A', isStart],
  ['B', (before, after) => !isWordBorder(before, after)],
  ['Z', isEndOrLastBreak],
  ['b', isWordBorder],
  ['z', isEnd],
]);
