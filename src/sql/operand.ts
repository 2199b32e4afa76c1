import { parseExpression, parseList } from './expression.ts';
import { parseSubquery } from './parser.ts';
import { type Place, SqlError } from './sql-error.ts';
import type { Expression, Member, SubqueryForm } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/** Reads what an operator can stand beside: a literal, name, parameter, call, subquery, or something in parentheses. */
export function parseOperand(tokens: Tokens): Expression {
  const { kind, text, start, end } = tokens.next;
  const place = { start, end };
  if (kind === 'string' || kind === 'number') {
    tokens.take();
    return { kind: 'literal', value: kind === 'number' ? Number(text) : text, ...place };
  }
  if (kind === 'parameter') {
    tokens.take();
    return { kind, name: text, ...place };
  }
  if (tokens.isSymbol('[')) return parseArray(tokens);
  if (tokens.isSymbol('{')) return parseObject(tokens);
  if (tokens.skip('(')) return parseParenthesized(tokens, start);
  if (kind !== 'word') throw tokens.unexpected();
  return parseWord(tokens);
}

const CONSTANTS = new Map<string, boolean | null | undefined>([
  ['TRUE', true],
  ['FALSE', false],
  ['NULL', null],
  ['UNDEFINED', undefined],
]);
const FORMS = ['EXISTS', 'ARRAY', 'ALL', 'FIRST', 'LAST'];
/** Reserved words that are functions as well. */
const FUNCTION_WORDS = ['LEFT', 'RIGHT'];

function parseParenthesized(tokens: Tokens, start: number): Expression {
  if (tokens.isWord('SELECT')) {
    const select = parseSubquery(tokens);
    return { kind: 'subquery', form: 'value', select, start, end: tokens.expect(')').end };
  }
  const inner = parseExpression(tokens);
  return { ...inner, start, end: tokens.expect(')').end };
}

function parseArray(tokens: Tokens): Expression {
  const { start } = tokens.expect('[');
  const items = tokens.isSymbol(']') ? [] : parseList(tokens);
  return { kind: 'array', items, start, end: tokens.expect(']').end };
}

function parseObject(tokens: Tokens): Expression {
  const { start } = tokens.expect('{');
  const members: Member[] = [];
  while (!tokens.isSymbol('}')) {
    if (members.length > 0) tokens.expect(',');
    if (tokens.next.kind !== 'word' && tokens.next.kind !== 'string') throw tokens.unexpected();
    const name = tokens.take().text;
    tokens.expect(':');
    members.push({ name, value: parseExpression(tokens) });
  }
  return { kind: 'object', members, start, end: tokens.expect('}').end };
}

function parseWord(tokens: Tokens): Expression {
  const { text, start, end } = tokens.next;
  const word = text.toUpperCase();
  const called = tokens.following.kind === 'symbol' && tokens.following.text === '(';
  if (CONSTANTS.has(word) && !called) {
    tokens.take();
    return { kind: 'literal', value: CONSTANTS.get(word), start, end };
  }
  if (word === 'UDF') throw noUserFunctions({ start, end });
  if (called && FORMS.includes(word)) return parseForm(tokens, word as SubqueryForm);
  if (!called) return { kind: 'name', name: tokens.name().text, start, end };
  if (!tokens.isName() && !FUNCTION_WORDS.includes(word)) throw tokens.unexpected();
  tokens.take();
  tokens.expect('(');
  const items = tokens.isSymbol(')') ? [] : parseList(tokens);
  return { kind: 'call', name: word, items, start, end: tokens.expect(')').end };
}

function parseForm(tokens: Tokens, form: SubqueryForm): Expression {
  const { start } = tokens.take();
  tokens.expect('(');
  const select = parseSubquery(tokens);
  return { kind: 'subquery', form, select, start, end: tokens.expect(')').end };
}

function noUserFunctions(place: Place): SqlError {
  return new SqlError('User-defined functions are not supported by the embedded server.', place, 'SC9001');
}
