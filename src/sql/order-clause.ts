import { parseExpression } from './expression.ts';
import { type Place, SqlError } from './sql-error.ts';
import type { Expression, OrderItem, Select } from './syntax.ts';
import type { Tokens } from './tokens.ts';

/**
 * Reads ORDER BY or ORDER BY RANK, if there is one. A distance of vectors becomes a score with the most similar first: it
 * needs no other documents, so that the rest of the language takes it for a key like others.
 */
export function parseOrder(tokens: Tokens, distinct: boolean): Pick<Select, 'orderBy' | 'rank'> {
  if (!tokens.isWord('ORDER')) return { orderBy: [], rank: undefined };
  const { start } = tokens.take();
  tokens.expect('BY');
  if (tokens.isWord('RANK') && tokens.following.kind === 'word') {
    tokens.take();
    const score = parseExpression(tokens);
    const place = { start, end: score.end };
    if (distinct)
      throw new SqlError('The DISTINCT keyword is not allowed with the ORDER BY RANK clause.', place, 'SC9004');
    if (isDistance(score)) return { orderBy: [scoreOf(score)], rank: undefined };
    return { orderBy: [], rank: { score, ...place } };
  }
  const orderBy = [parseItem(tokens)];
  while (tokens.skip(',')) orderBy.push(parseItem(tokens));
  const [distance] = orderBy.map(({ expression }) => expression).filter(isDistance);
  if (!distance)
    return {
      orderBy: orderBy.map(({ expression, sign }) => ({ expression, descending: sign === 'DESC' })),
      rank: undefined,
    };
  if (orderBy.length > 1 || orderBy[0]?.sign) throw wrongDistance({ start, end: tokens.end });
  return { orderBy: [scoreOf(distance)], rank: undefined };
}

/** Whether the key is one of scores, which are not paths of documents. */
export function isScore(expression: Expression): boolean {
  return expression.kind === 'call' && SCORES.includes(expression.name);
}

const SCORES = ['_VECTORSCORE', '_FULLTEXTSCORE'];

type Call = Expression & { readonly kind: 'call' };

interface Item {
  readonly expression: Expression;
  readonly sign: 'ASC' | 'DESC' | undefined;
}

function parseItem(tokens: Tokens): Item {
  const expression = parseExpression(tokens);
  return { expression, sign: tokens.skip('DESC') ? 'DESC' : tokens.skip('ASC') ? 'ASC' : undefined };
}

function isDistance(expression: Expression): expression is Call {
  return expression.kind === 'call' && expression.name === 'VECTORDISTANCE';
}

function scoreOf(distance: Call): OrderItem {
  return { expression: { ...distance, name: '_VECTORSCORE' }, descending: true };
}

function wrongDistance(place: Place): SqlError {
  const message = 'ORDER BY VectorDistance takes no other keys, and neither ASC nor DESC: the most similar come first.';
  return new SqlError(message, place, 'SC9004');
}
