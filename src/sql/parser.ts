import { parseExpression, parseList } from './expression.ts';
import { parseFrom } from './from-clause.ts';
import { parseOrder } from './order-clause.ts';
import type { Expression, Projection, ProjectionItem, Select } from './syntax.ts';
import { Tokens } from './tokens.ts';

/** Reads a whole query. Throws an `SqlError` that names the place where it stops making sense. */
export function parseSelect(query: string): Select {
  const tokens = new Tokens(query);
  const select = parseSubquery(tokens);
  if (tokens.next.kind !== 'end') throw tokens.unexpected();
  return select;
}

/** Reads a query up to where it ends, which may be inside another. */
export function parseSubquery(tokens: Tokens): Select {
  return tokens.nested(() => {
    const { start } = tokens.expect('SELECT');
    const distinct = tokens.skip('DISTINCT');
    const top = tokens.skip('TOP') ? parseNumber(tokens) : undefined;
    const projection = parseProjection(tokens);
    const from = tokens.skip('FROM') ? parseFrom(tokens) : [];
    const where = tokens.skip('WHERE') ? parseExpression(tokens) : undefined;
    const groupBy = tokens.isWord('GROUP') ? parseGroupBy(tokens) : [];
    const { orderBy, rank } = parseOrder(tokens, distinct);
    const offset = tokens.skip('OFFSET') ? parseNumber(tokens) : undefined;
    const limit = offset && parseLimit(tokens);
    return { distinct, top, projection, from, where, groupBy, orderBy, rank, offset, limit, start, end: tokens.end };
  });
}

/** A number, or a parameter that holds one. */
function parseNumber(tokens: Tokens): Expression {
  const { kind, text, start, end } = tokens.next;
  if (kind !== 'number' && kind !== 'parameter') throw tokens.unexpected();
  tokens.take();
  if (kind === 'number') return { kind: 'literal', value: Number(text), start, end };
  return { kind, name: text, start, end };
}

function parseLimit(tokens: Tokens): Expression {
  tokens.expect('LIMIT');
  return parseNumber(tokens);
}

/** What follows SELECT. */
export function parseProjection(tokens: Tokens): Projection {
  const { start, end } = tokens.next;
  if (tokens.skip('*')) return { kind: 'document', start, end };
  if (tokens.skip('VALUE')) return { kind: 'value', expression: parseExpression(tokens) };
  const items = [parseItem(tokens)];
  while (tokens.skip(',')) items.push(parseItem(tokens));
  return { kind: 'list', items };
}

function parseItem(tokens: Tokens): ProjectionItem {
  const expression = parseExpression(tokens);
  const announced = tokens.skip('AS');
  if (tokens.next.kind === 'string') return { expression, alias: tokens.take().text };
  return { expression, alias: announced || tokens.isName() ? tokens.name().text : undefined };
}

function parseGroupBy(tokens: Tokens): Expression[] {
  tokens.expect('GROUP');
  tokens.expect('BY');
  return parseList(tokens);
}
