import { parseOperand } from './operand.ts';
import type { BinaryOperator, Expression, UnaryOperator } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/**
 * Reads one expression. From weakest to strongest, as in the service's own grammar: `?:`, `??`, OR, AND, then IN, LIKE
 * and BETWEEN, comparison and shift, `||`, sum and bitwise, product, the signs with NOT and `~`, member access.
 */
export function parseExpression(tokens: Tokens): Expression {
  return tokens.nested(() => {
    const test = parseCoalesce(tokens);
    if (!tokens.skip('?')) return test;
    const met = parseExpression(tokens);
    tokens.expect(':');
    const otherwise = parseExpression(tokens);
    return { kind: 'conditional', test, met, otherwise, start: test.start, end: otherwise.end };
  });
}

export function parseList(tokens: Tokens): Expression[] {
  const items = [parseExpression(tokens)];
  while (tokens.skip(',')) items.push(parseExpression(tokens));
  return items;
}

const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>=', '<<', '>>', '>>>'];
const SUMS = ['+', '-', '|', '^', '&'];
const PRODUCTS = ['*', '/', '%'];

/** Groups to the right. */
function parseCoalesce(tokens: Tokens): Expression {
  const left = parseLeft(tokens, ['OR'], parseAnd);
  if (!tokens.skip('??')) return left;
  return binary(
    '??',
    left,
    tokens.nested(() => parseCoalesce(tokens)),
  );
}

function parseAnd(tokens: Tokens): Expression {
  return parseLeft(tokens, ['AND'], parseTest);
}

function parseTest(tokens: Tokens): Expression {
  const operand = parseComparison(tokens);
  const { start } = operand;
  const negated = tokens.isWord('NOT') && /^(in|like|between)$/i.test(tokens.following.text) && tokens.skip('NOT');
  if (tokens.skip('IN')) {
    tokens.expect('(');
    const items = parseList(tokens);
    return { kind: 'in', operand, items, negated, start, end: tokens.expect(')').end };
  }
  if (tokens.skip('BETWEEN')) {
    const low = parseComparison(tokens);
    tokens.expect('AND');
    const high = parseComparison(tokens);
    return { kind: 'between', operand, low, high, negated, start, end: high.end };
  }
  if (!tokens.skip('LIKE')) return operand;
  const pattern = parseComparison(tokens);
  const escaper = tokens.skip('ESCAPE') ? parseEscape(tokens) : undefined;
  return { kind: 'like', operand, pattern, escape: escaper, negated, start, end: tokens.end };
}

function parseEscape(tokens: Tokens): string {
  if (tokens.next.kind !== 'string') throw tokens.unexpected();
  return tokens.take().text;
}

function parseComparison(tokens: Tokens): Expression {
  return parseLeft(tokens, COMPARISONS, parseConcatenation);
}

function parseConcatenation(tokens: Tokens): Expression {
  return parseLeft(tokens, ['||'], parseSum);
}

function parseSum(tokens: Tokens): Expression {
  return parseLeft(tokens, SUMS, parseProduct);
}

function parseProduct(tokens: Tokens): Expression {
  return parseLeft(tokens, PRODUCTS, parseSign);
}

/** Operators of one strength, which group to the left. */
function parseLeft(tokens: Tokens, operators: string[], parsePart: (tokens: Tokens) => Expression): Expression {
  let left = parsePart(tokens);
  while (tokens.isSymbol(...operators) || tokens.isWord(...operators)) {
    tokens.chain();
    const operator = tokens.take().text.toUpperCase();
    left = binary((operator === '<>' ? '!=' : operator) as BinaryOperator, left, parsePart(tokens));
  }
  return left;
}

function binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, start: left.start, end: right.end };
}

function parseSign(tokens: Tokens): Expression {
  if (!tokens.isSymbol('-', '+', '~') && !tokens.isWord('NOT')) return parseMembers(tokens);
  const { text, start } = tokens.take();
  const operand = tokens.nested(() => parseSign(tokens));
  return { kind: 'unary', operator: text.toUpperCase() as UnaryOperator, operand, start, end: operand.end };
}

function parseMembers(tokens: Tokens): Expression {
  let of = parseOperand(tokens);
  for (; ; tokens.chain()) {
    if (tokens.skip('.')) {
      const { text: value, start, end } = tokens.name();
      of = { kind: 'member', of, key: { kind: 'literal', value, start, end }, start: of.start, end };
    } else if (tokens.skip('[')) {
      const key = parseExpression(tokens);
      of = { kind: 'member', of, key, start: of.start, end: tokens.expect(']').end };
    } else return of;
  }
}
