import { parseExpression } from './expression.ts';
import { syntaxError } from './lexer.ts';
import { unsupported } from './sql-error.ts';
import type { Expression, Projection, ProjectionItem, Select } from './syntax.ts';
import { Tokens } from './tokens.ts';

/** Reads a whole query. Throws an `SqlError` that names the place where it stops making sense. */
export function parseSelect(query: string): Select {
  const tokens = new Tokens(query);
  tokens.expect('SELECT');
  if (tokens.isWord('DISTINCT')) throw unsupported('DISTINCT', tokens.next);
  const top = tokens.skip('TOP') ? parseTop(tokens) : undefined;
  const projection = parseProjection(tokens);
  if (!tokens.isWord('FROM') && tokens.next.kind === 'end') throw unsupported('a query without FROM', tokens.next);
  tokens.expect('FROM');
  const alias = parseFrom(tokens);
  const where = tokens.skip('WHERE') ? parseExpression(tokens) : undefined;
  refuseClauses(tokens);
  if (tokens.next.kind !== 'end') throw tokens.unexpected();
  return { top, projection, alias, where };
}

const MISSING = ['JOIN', 'GROUP', 'ORDER', 'OFFSET', 'HAVING'];
const RESERVED = ['WHERE', 'AS', 'IN', ...MISSING];

function parseTop(tokens: Tokens): Expression {
  const { kind, text, start, end } = tokens.take();
  if (kind === 'number') return { kind: 'literal', value: Number(text), start, end };
  if (kind === 'parameter') return { kind, name: text, start, end };
  throw syntaxError(text, { start, end });
}

function parseProjection(tokens: Tokens): Projection {
  if (tokens.skip('*')) return { kind: 'document' };
  if (tokens.skip('VALUE')) return { kind: 'value', expression: parseExpression(tokens) };
  const items = [parseItem(tokens)];
  while (tokens.skip(',')) items.push(parseItem(tokens));
  return { kind: 'list', items };
}

function parseItem(tokens: Tokens): ProjectionItem {
  const expression = parseExpression(tokens);
  const named = tokens.skip('AS') || (tokens.next.kind === 'word' && !tokens.isWord('FROM', ...RESERVED));
  return { expression, alias: named ? parseName(tokens) : undefined };
}

function parseFrom(tokens: Tokens): string {
  const source = parseName(tokens);
  if (tokens.isSymbol('.', '[') || tokens.isWord('IN'))
    throw unsupported('FROM over a part of a document', tokens.next);
  if (tokens.skip('AS')) return parseName(tokens);
  return tokens.next.kind === 'word' && !tokens.isWord(...RESERVED) ? parseName(tokens) : source;
}

function parseName(tokens: Tokens): string {
  if (tokens.next.kind !== 'word') throw tokens.unexpected();
  return tokens.take().text;
}

function refuseClauses(tokens: Tokens): void {
  if (!tokens.isWord(...MISSING)) return;
  const word = tokens.next.text.toUpperCase();
  throw unsupported(word === 'GROUP' || word === 'ORDER' ? `${word} BY` : word, tokens.next);
}
