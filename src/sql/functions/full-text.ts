import type { Value } from '../value.ts';
import { ANY_NUMBER, type Family, ofDefined } from './sql-function.ts';

/**
 * The functions of full-text search. A term is a word or a phrase and is found whatever its case; words are taken as they
 * are: the service would reduce them to their stems and pass over the most common ones. Those with `_` stand in queries
 * that clients send to each range.
 */
export const FULL_TEXT: Family = {
  FULLTEXTCONTAINS: ofDefined(2, 2, (text, term) => contains(text, [term], 'every')),
  FULLTEXTCONTAINSALL: ofDefined(2, ANY_NUMBER, (text, ...terms) => contains(text, terms, 'every')),
  FULLTEXTCONTAINSANY: ofDefined(2, ANY_NUMBER, (text, ...terms) => contains(text, terms, 'some')),
  _FULLTEXTSCORE: ofDefined(5, 5, score),
  _FULLTEXTWORDCOUNT: ofDefined(1, 1, (text) => (typeof text === 'string' ? wordsOf(text).length : undefined)),
};

function contains(text: Value, terms: readonly Value[], test: 'every' | 'some'): Value {
  if (typeof text !== 'string' || !terms.every((term) => typeof term === 'string')) return undefined;
  const padded = padOf(wordsOf(text));
  return terms[test]((term) => countOf(term, padded) > 0);
}

/** BM25 with its usual constants. `hits` are the numbers of documents with each term. */
function score(text: Value, terms: Value, documents: Value, totalWords: Value, hits: Value): Value {
  if (typeof text !== 'string' || !isTerms(terms) || !isNumbers(hits)) return undefined;
  if (typeof documents !== 'number' || typeof totalWords !== 'number') return undefined;
  const words = wordsOf(text);
  const padded = padOf(words);
  const length = words.length === 0 ? 0 : (words.length * documents) / totalWords;
  const parts = terms.map((term, at) => {
    const count = countOf(term, padded);
    const found = hits[at] ?? 0;
    const rarity = Math.log(1 + (documents - found + 0.5) / (found + 0.5));
    return (rarity * count * (SATURATION + 1)) / (count + SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * length));
  });
  const sum = parts.reduce((total, part) => total + part, 0);
  return Number.isFinite(sum) ? sum : undefined;
}

const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** In lower case: letters and digits of any script, with apostrophes inside. */
function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

const WORD = /[\p{L}\p{N}\p{M}_]+(?:['’][\p{L}\p{N}\p{M}_]+)*/gu;

/** The words with one space around each, so that a phrase is found where it begins and ends with whole words. */
function padOf(words: readonly string[]): string {
  return ` ${words.join(' ')} `;
}

function countOf(term: string, padded: string): number {
  const words = wordsOf(term);
  if (words.length === 0) return 0;
  const wanted = padOf(words);
  let count = 0;
  // Neighbours share the space between them.
  for (let at = padded.indexOf(wanted); at >= 0; at = padded.indexOf(wanted, at + wanted.length - 1)) count++;
  return count;
}

function isTerms(value: Value): value is readonly string[] {
  return Array.isArray(value) && value.every((term) => typeof term === 'string');
}

function isNumbers(value: Value): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => typeof number === 'number');
}
