import { unsupported } from './sql-error.ts';
import type { BinaryOperator, Expression } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/** Reads one expression: OR binds weakest, then AND, NOT, comparison, sum, product, sign, member access. */
export function parseExpression(tokens: Tokens): Expression {
  return tokens.nested(() => parseLeft(tokens, ['OR'], parseAnd));
}

const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>='];
const CONSTANTS = new Map<string, boolean | null | undefined>([
  ['TRUE', true],
  ['FALSE', false],
  ['NULL', null],
  ['UNDEFINED', undefined],
]);

function parseAnd(tokens: Tokens): Expression {
  return parseLeft(tokens, ['AND'], parseNot);
}

function parseNot(tokens: Tokens): Expression {
  const { start } = tokens.next;
  if (!tokens.skip('NOT')) return parseComparison(tokens);
  const operand = tokens.nested(() => parseNot(tokens));
  return { kind: 'not', operand, start, end: operand.end };
}

function parseComparison(tokens: Tokens): Expression {
  const operand = parseLeft(tokens, COMPARISONS, parseSum);
  const { start } = operand;
  const negated = tokens.isWord('NOT') ? tokens.take() : undefined;
  if (tokens.isWord('LIKE')) throw unsupported('LIKE', tokens.next);
  if (!negated && !tokens.isWord('IN', 'BETWEEN')) return operand;
  const test = tokens.skip('IN') ? parseIn(tokens, operand) : parseBetween(tokens, operand);
  return negated ? { kind: 'not', operand: test, start, end: test.end } : test;
}

function parseIn(tokens: Tokens, operand: Expression): Expression {
  tokens.expect('(');
  const items = parseList(tokens);
  return { kind: 'in', operand, items, start: operand.start, end: tokens.expect(')').end };
}

function parseBetween(tokens: Tokens, operand: Expression): Expression {
  tokens.expect('BETWEEN');
  const low = parseSum(tokens);
  tokens.expect('AND');
  const high = parseSum(tokens);
  return { kind: 'between', operand, low, high, start: operand.start, end: high.end };
}

function parseSum(tokens: Tokens): Expression {
  return parseLeft(tokens, ['+', '-'], parseProduct);
}

function parseProduct(tokens: Tokens): Expression {
  return parseLeft(tokens, ['*', '/', '%'], parseSign);
}

/** Operators of one strength, which group to the left. */
function parseLeft(tokens: Tokens, operators: string[], parseOperand: (tokens: Tokens) => Expression): Expression {
  let left = parseOperand(tokens);
  while (tokens.isSymbol(...operators) || tokens.isWord(...operators)) {
    tokens.chain();
    const operator = tokens.take().text.toUpperCase();
    left = binary((operator === '<>' ? '!=' : operator) as BinaryOperator, left, parseOperand(tokens));
  }
  return left;
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, start: left.start, end: right.end };
}

function parseSign(tokens: Tokens): Expression {
  if (!tokens.isSymbol('-', '+')) return parseMembers(tokens);
  const sign = tokens.take();
  const operand = tokens.nested(() => parseSign(tokens));
  return { kind: sign.text === '-' ? 'negate' : 'plus', operand, start: sign.start, end: operand.end };
}

function parseMembers(tokens: Tokens): Expression {
  let of = parseOperand(tokens);
  for (; ; tokens.chain()) {
    if (tokens.skip('.')) {
      if (tokens.next.kind !== 'word') throw tokens.unexpected();
      const { text: value, ...place } = tokens.take();
      of = { kind: 'member', of, key: { ...place, kind: 'literal', value }, start: of.start, end: place.end };
    } else if (tokens.skip('[')) {
      const key = parseExpression(tokens);
      of = { kind: 'member', of, key, start: of.start, end: tokens.expect(']').end };
    } else return of;
  }
}

function parseOperand(tokens: Tokens): Expression {
  const { kind, text, start, end } = tokens.next;
  if (tokens.skip('(')) {
    if (tokens.isWord('SELECT')) throw unsupported('a subquery', tokens.next);
    const inner = parseExpression(tokens);
    tokens.expect(')');
    return inner;
  }
  if (tokens.isSymbol('{', '[')) throw unsupported('an object or array in a query', tokens.next);
  if (kind === 'symbol' || kind === 'end') throw tokens.unexpected();
  tokens.take();
  if (kind === 'string') return { kind: 'literal', value: text, start, end };
  if (kind === 'number') return { kind: 'literal', value: Number(text), start, end };
  if (kind === 'parameter') return { kind: 'parameter', name: text, start, end };
  return parseWord(tokens, text, { start, end });
}

function parseWord(tokens: Tokens, word: string, place: { start: number; end: number }): Expression {
  const upper = word.toUpperCase();
  if (tokens.skip('(')) {
    const items = tokens.isSymbol(')') ? [] : parseList(tokens);
    return { kind: 'call', name: upper, items, start: place.start, end: tokens.expect(')').end };
  }
  if (CONSTANTS.has(upper)) return { kind: 'literal', value: CONSTANTS.get(upper), ...place };
  if (upper === 'EXISTS' || upper === 'ARRAY') throw unsupported('a subquery', place);
  return { kind: 'name', name: word, ...place };
}

function parseList(tokens: Tokens): Expression[] {
  const items = [parseExpression(tokens)];
  while (tokens.skip(',')) items.push(parseExpression(tokens));
  return items;
}
