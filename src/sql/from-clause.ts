import { parseSubquery } from './parser.ts';
import type { Expression, Source } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/** Reads what follows FROM: a source, and those joined to it. */
export function parseFrom(tokens: Tokens): Source[] {
  const sources = [parseSource(tokens)];
  while (tokens.skip('JOIN')) sources.push(parseSource(tokens));
  return sources;
}

function parseSource(tokens: Tokens): Source {
  const { start } = tokens.next;
  if (tokens.isName() && tokens.following.text.toUpperCase() === 'IN') {
    const alias = tokens.name().text;
    tokens.expect('IN');
    return { over: parseCollection(tokens), iterated: true, alias, start, end: tokens.end };
  }
  const over = parseCollection(tokens);
  const alias = tokens.skip('AS') || tokens.isName() ? tokens.name().text : undefined;
  return { over, iterated: false, alias, start, end: tokens.end };
}

function parseCollection(tokens: Tokens): Expression {
  const { start } = tokens.next;
  if (!tokens.skip('(')) return parsePath(tokens);
  const select = parseSubquery(tokens);
  return { kind: 'subquery', form: 'rows', select, start, end: tokens.expect(')').end };
}

function parsePath(tokens: Tokens): Expression {
  const { text: name, start, end } = tokens.name();
  let path: Expression = { kind: 'name', name, start, end };
  for (; ; tokens.chain()) {
    if (tokens.skip('.')) {
      const { text: value, ...place } = tokens.name();
      path = memberOf(path, { ...place, kind: 'literal', value }, place.end);
    } else if (tokens.skip('[')) {
      path = memberOf(path, parseKey(tokens), tokens.expect(']').end);
    } else return path;
  }
}

function memberOf(of: Expression, key: Expression, end: number): Expression {
  return { kind: 'member', of, key, start: of.start, end };
}

function parseKey(tokens: Tokens): Expression {
  const { kind, text, start, end } = tokens.next;
  if (kind !== 'number' && kind !== 'string') throw tokens.unexpected();
  tokens.take();
  return { kind: 'literal', value: kind === 'number' ? Number(text) : text, start, end };
}
