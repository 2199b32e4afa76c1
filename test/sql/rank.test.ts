import { describe, expect, test } from 'vitest';
import { resultsOf } from '../../src/sql/execution.ts';
import { hybridPlanOf } from '../../src/sql/hybrid-plan.ts';
import { prepareQuery } from '../../src/sql/query.ts';
import { candidatesOf } from '../../src/sql/ranked-execution.ts';
import { failureOf, prepare } from './shop.ts';

/** Texts of different lengths, and vectors around the unit circle and beyond. */
const BOOKS = [
  { id: 'boats', text: 'Red boats, blue boats and a boat of paper.', v: [1, 0], n: 1 },
  { id: 'red', text: 'RED', v: [0, 1], n: 2 },
  { id: 'sky', text: 'The sky is blue, the sea is blue', v: [0.6, 0.8], n: 3 },
  { id: 'far', text: 'Nothing of the kind', v: [5, 5], n: 4 },
  { id: 'against', text: 'paper boats', v: [-1, 0], n: 5 },
  { id: 'none', n: 6 },
  { id: 'number', text: 7, v: [1, 0, 0], n: 7 },
];

function find(text: string, parameters: Record<string, unknown> = {}): unknown[] {
  return resultsOf(prepare(`SELECT VALUE c.id FROM c ${text}`, parameters), BOOKS);
}

describe('FULLTEXTCONTAINS finds words and phrases, whatever their case:', () => {
  test.each([
    ['FULLTEXTCONTAINS(c.text, "red")', ['boats', 'red']],
    ['FullTextContains(c.text, "BLUE")', ['boats', 'sky']],
    ['FULLTEXTCONTAINS(c.text, "boat")', ['boats']],
    ['FULLTEXTCONTAINS(c.text, "paper boats")', ['against']],
    ['FULLTEXTCONTAINS(c.text, "boats, blue")', ['boats']],
    ['FULLTEXTCONTAINS(c.text, "oats")', []],
    ['FULLTEXTCONTAINS(c.text, "")', []],
    ['NOT FULLTEXTCONTAINS(c.text, "red")', ['sky', 'far', 'against']],
    ['FULLTEXTCONTAINS(c.text, c.id)', ['boats', 'red', 'sky']],
    ['FULLTEXTCONTAINSALL(c.text, "blue", "red")', ['boats']],
    ['FULLTEXTCONTAINSALL(c.text, "blue")', ['boats', 'sky']],
    ['FULLTEXTCONTAINSANY(c.text, "red", "sea", "x")', ['boats', 'red', 'sky']],
  ])('%s', (condition, expected) => {
    expect(find(`WHERE ${condition}`)).toEqual(expected);
  });

  test('of any script, with apostrophes inside', () => {
    const holds = (text: string, term: string): unknown =>
      resultsOf(prepare('SELECT VALUE FULLTEXTCONTAINS(@a, @b)', { '@a': text, '@b': term }), [])[0];
    expect(holds('Zürich, Genève', 'ZÜRICH')).toBe(true);
    expect(holds("It isn't so", "isn't")).toBe(true);
    expect(holds("It isn't so", 't')).toBe(false);
    expect(holds('a a b', 'a b')).toBe(true);
    expect(holds('x_1', '1')).toBe(false);
  });
});

describe('the most similar vectors come first, those without one last:', () => {
  test.each([
    ['ORDER BY VectorDistance(c.v, [1, 0])', ['boats', 'far', 'sky', 'red', 'against', 'none', 'number']],
    ['ORDER BY RANK VectorDistance(c.v, [1, 0])', ['boats', 'far', 'sky', 'red', 'against', 'none', 'number']],
    [
      'ORDER BY VectorDistance(c.v, [1, 0], true, {distanceFunction: "euclidean"})',
      ['boats', 'sky', 'red', 'against', 'far', 'none', 'number'],
    ],
    [
      'ORDER BY VectorDistance(c.v, [1, 0], false, {"distanceFunction": "DotProduct"})',
      ['far', 'boats', 'sky', 'red', 'against', 'none', 'number'],
    ],
    ['WHERE c.n > 1 ORDER BY VectorDistance(c.v, @v) OFFSET 1 LIMIT 2', ['sky', 'red']],
  ])('%s', (text, expected) => {
    expect(find(text, { '@v': [1, 0] })).toEqual(expected);
  });

  test('with TOP, and the distance in the result', () => {
    const text = 'SELECT TOP 2 c.id, VectorDistance(c.v, [1, 0]) AS d FROM c ORDER BY VectorDistance(c.v, [1, 0])';
    expect(resultsOf(prepare(text), BOOKS)).toEqual([
      { id: 'boats', d: 1 },
      { id: 'far', d: expect.closeTo(Math.SQRT1_2) },
    ]);
  });

  test('by the metric of the container, unless the query names one', () => {
    const metricOf = (path: readonly string[]): string | undefined => (path.join() === 'v' ? 'euclidean' : undefined);
    const first = (options: string): unknown[] => {
      const text = `SELECT TOP 4 VALUE c.id FROM c ORDER BY VectorDistance(c["v"], [1, 0]${options})`;
      return resultsOf(prepareQuery(text, [], metricOf), BOOKS);
    };
    expect(first('')).toEqual(['boats', 'sky', 'red', 'against']);
    expect(first(', true, {dataType: "float32"}')).toEqual(['boats', 'sky', 'red', 'against']);
    expect(first(', true, {distanceFunction: "cosine"}')).toEqual(['boats', 'far', 'sky', 'red']);
    const distance = prepareQuery('SELECT VALUE VectorDistance(c.v, [1, 0]) FROM c WHERE c.n = 2', [], metricOf);
    expect(resultsOf(distance, BOOKS)).toEqual([Math.SQRT2]);
  });
});

describe('ORDER BY RANK FullTextScore', () => {
  /** BM25 as its definition has it, over words that were counted by hand. */
  function bm25(count: number, length: number, found: number): number {
    const [documents, words] = [7, 9 + 1 + 8 + 4 + 2];
    const rarity = Math.log(1 + (documents - found + 0.5) / (found + 0.5));
    return (rarity * count * 2.2) / (count + 1.2 * (0.25 + (0.75 * length) / (words / documents)));
  }

  test('goes by BM25 over all documents', () => {
    // Of boats: 2 in 9 words, 1 in 2; of red: 1 in 9, 1 in 1.
    const scores = {
      boats: bm25(2, 9, 2) + bm25(1, 9, 2),
      against: bm25(1, 2, 2),
      red: bm25(1, 1, 2),
    };
    const expected = Object.entries(scores)
      .sort(([, a], [, b]) => b - a)
      .map(([id]) => id);
    expect(find('ORDER BY RANK FullTextScore(c.text, "boats", "red")').slice(0, 3)).toEqual(expected);
    const internal =
      'SELECT VALUE _FullTextScore(c.text, ["boats", "red"], 7, 24, [2, 2]) FROM c WHERE c.n IN (1, 2, 5)';
    const values = resultsOf(prepare(internal), BOOKS);
    expect(values).toEqual([scores.boats, scores.red, scores.against].map((score) => expect.closeTo(score, 12)));
  });

  test.each([
    ['ORDER BY RANK FullTextScore(c.text, "boats")', ['against', 'boats', 'red', 'sky', 'far', 'none', 'number']],
    ['ORDER BY RANK FullTextScore(c.text, "blue") OFFSET 1 LIMIT 1', ['boats']],
    ['WHERE c.n > 1 ORDER BY RANK FullTextScore(c.text, @a) OFFSET 0 LIMIT 1', ['sky']],
  ])('%s', (text, expected) => {
    expect(find(text, { '@a': 'blue' })).toEqual(expected);
  });

  test('counts documents that WHERE leaves out', () => {
    // Among all documents "a" is common, among those that remain it is rare.
    const documents = [
      ...Array.from({ length: 50 }, (_, n) => ({ id: `x${n}`, text: 'a', kind: 'x' })),
      { id: 'p', text: 'a', kind: 'y' },
      { id: 'q', text: 'b', kind: 'y' },
      { id: 'r', text: 'b', kind: 'y' },
    ];
    const text = 'SELECT VALUE c.id FROM c WHERE c.kind = "y" ORDER BY RANK FullTextScore(c.text, "a", "b")';
    expect(resultsOf(prepare(text), documents)).toEqual(['q', 'r', 'p']);
  });

  test('of no documents has no results', () => {
    expect(resultsOf(prepare('SELECT * FROM c ORDER BY RANK FullTextScore(c.text, "a")'), [])).toEqual([]);
  });
});

describe('ORDER BY RANK RRF', () => {
  const TEXT = 'FullTextScore(c.text, "blue")';
  const VECTOR = 'VectorDistance(c.v, [1, 0])';

  /** Ranks by text: sky 1, boats 2, other texts 3, without text 4; by vector: boats 1, far 2, sky 3, red 4, against 5, others 6. */
  test.each([
    [`RRF(${TEXT}, ${VECTOR})`, [1, 1], ['boats', 'sky', 'far', 'red', 'against', 'none', 'number']],
    [`RRF(${VECTOR}, ${TEXT})`, [1, 1], ['boats', 'sky', 'far', 'red', 'against', 'none', 'number']],
    [`RRF(${TEXT}, ${VECTOR}, [5, 1])`, [5, 1], ['sky', 'boats', 'far', 'red', 'against', 'none', 'number']],
    [`RRF(${TEXT}, ${VECTOR}, @weights)`, [5, 1], ['sky', 'boats', 'far', 'red', 'against', 'none', 'number']],
  ])('%s', (score, weights, expected) => {
    expect(find(`ORDER BY RANK ${score}`, { '@weights': weights })).toEqual(expected);
    const page = find(`ORDER BY RANK ${score} OFFSET 1 LIMIT 2`, { '@weights': weights });
    expect(page).toEqual(expected.slice(1, 3));
  });

  test('takes two of a kind', () => {
    // 1/61 + 1/63 is a little more than 1/62 + 1/62.
    const score = 'RRF(FullTextScore(c.text, "red"), FullTextScore(c.text, "boats"))';
    expect(find(`ORDER BY RANK ${score} OFFSET 0 LIMIT 3`)).toEqual(['red', 'against', 'boats']);
  });

  test('looks at as many candidates as could come first', () => {
    expect(candidatesOf([1, 1], 10)).toBe(120);
    expect(candidatesOf([1, 1], 100)).toBe(260);
    expect(candidatesOf([1, 1], 0)).toBe(0);
    // Not looked at, a document counts less than the last one that is wanted, which is first by nothing else.
    const [wanted, weights] = [300, [3, 1, 2]];
    const beyond = candidatesOf(weights, wanted) + 1;
    const most = weights.reduce((sum, weight) => sum + weight / (60 + beyond), 0);
    expect(most).toBeLessThan(3 / (60 + wanted));
  });
});

describe('a rank that makes no sense is refused with the place:', () => {
  const SCORE = 'FullTextScore(c.text, "a")';
  const CLAUSE = 'The ORDER BY RANK clause must be followed by a VectorDistance and/or a FullTextScore function call.';
  const ONLY = 'The FullTextScore function is only allowed in the ORDER BY RANK clause.';

  test.each([
    [`SELECT ${SCORE} FROM c`, 'SC2240', ONLY, SCORE],
    [`SELECT * FROM c WHERE ${SCORE} != null`, 'SC2240', ONLY, SCORE],
    [`SELECT * FROM c ORDER BY ${SCORE}`, 'SC2206', /could not be mapped to a document path/, SCORE],
    ['SELECT * FROM c ORDER BY RANK c.text', 'SC2221', CLAUSE, 'ORDER'],
    ['SELECT * FROM c ORDER BY RANK UPPER(c.text)', 'SC2221', CLAUSE, 'ORDER'],
    [`SELECT * FROM c ORDER BY RANK RRF(${SCORE})`, 'SC2221', CLAUSE, 'ORDER'],
    [`SELECT * FROM c ORDER BY RANK RRF(${SCORE}, [1])`, 'SC2221', CLAUSE, 'ORDER'],
    [`SELECT * FROM c ORDER BY RANK RRF(${SCORE}, 20.5)`, 'SC2221', CLAUSE, 'ORDER'],
    [`SELECT * FROM c ORDER BY RANK RRF(${SCORE}, ${SCORE}, [1])`, 'SC9004', /as many weights as scores/, '[1]'],
    [
      `SELECT * FROM c ORDER BY RANK RRF(RRF(${SCORE}, ${SCORE}), ${SCORE})`,
      'SC2005',
      "'RRF' is not a recognized built-in function name.",
      'RRF(Full',
    ],
    [`SELECT RRF(${SCORE}, ${SCORE}) FROM c`, 'SC2005', "'RRF' is not a recognized built-in function name.", 'RRF'],
    [
      `SELECT DISTINCT c.id FROM c ORDER BY RANK ${SCORE}`,
      'SC9004',
      'The DISTINCT keyword is not allowed with the ORDER BY RANK clause.',
      'ORDER',
    ],
    [`SELECT * FROM c ORDER BY RANK ${SCORE} DESC`, 'SC1001', "Syntax error, incorrect syntax near 'DESC'.", 'DESC'],
    [`SELECT * FROM c ORDER BY RANK ${SCORE}, c.n`, 'SC1001', "Syntax error, incorrect syntax near ','.", ', c.n'],
    ['SELECT * FROM c ORDER BY RANK FullTextScore(c.text)', 'SC9004', /must be string literals/, 'FullText'],
    ['SELECT * FROM c ORDER BY RANK FullTextScore(c.text, ["a"])', 'SC9004', /must be string literals/, '["a"]'],
    ['SELECT * FROM c ORDER BY RANK FullTextScore(c.text, c.id)', 'SC9004', /must be string literals/, 'c.id'],
    ['SELECT * FROM c ORDER BY RANK FullTextScore("x", "a")', 'SC9004', /must be a path/, '"x"'],
    [`SELECT COUNT(1) FROM c ORDER BY RANK ${SCORE}`, 'SC2077', /not supported together with aggregates/, 'ORDER'],
    [
      `SELECT ARRAY(SELECT VALUE t FROM t IN c.t ORDER BY RANK ${SCORE}) FROM c`,
      'SC2079',
      /inside a subquery/,
      'ORDER',
    ],
    [`SELECT * FROM (SELECT TOP 1 * FROM c ORDER BY RANK ${SCORE}) AS x`, 'SC2079', /inside a subquery/, 'ORDER'],
    ['SELECT * FROM c ORDER BY VectorDistance(c.v, [1]) DESC', 'SC9004', /neither ASC nor DESC/, 'ORDER'],
    ['SELECT * FROM c ORDER BY VectorDistance(c.v, [1]), c.n', 'SC9004', /no other keys/, 'ORDER'],
    ['SELECT * FROM c WHERE FULLTEXTCONTAINS(c.text, {term: "a", distance: 1})', 'SC9001', /Fuzzy/, '{term'],
  ])('%s', (text, code, message, near) => {
    const failure = failureOf(text);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(failure.start).toBe(text.lastIndexOf(near));
    expect(failure.end).toBeGreaterThan(failure.start);
  });
});

test('the plan of a hybrid search has the form of the service', () => {
  const query = prepare(
    'SELECT TOP 10 * FROM c ORDER BY RANK RRF(VectorDistance(c.v, [1, 2]), FullTextScore(c.text, "swim", "run"), [2, 1])',
  );
  const score =
    '_FULLTEXTSCORE(c.text, ["swim", "run"], {documentdb-formattablehybridsearchquery-totaldocumentcount}, {documentdb-formattablehybridsearchquery-totalwordcount-0}, {documentdb-formattablehybridsearchquery-hitcountsarray-0})';
  const scores = `[_VECTORSCORE(c.v, [1, 2]) ?? -1.7976931348623157e+308, ${score} ?? -1.7976931348623157e+308]`;
  const component = (key: string): unknown => ({
    distinctType: 'None',
    top: 120,
    orderBy: ['Descending'],
    orderByExpressions: [key],
    hasNonStreamingOrderBy: true,
    rewrittenQuery: `SELECT TOP 120 c._rid, [{"item": ${key}}] AS orderByItems, {"payload": c, "componentScores": ${scores}} AS payload FROM c WHERE ({documentdb-formattableorderbyquery-filter}) ORDER BY ${key} DESC`,
  });
  if (!query.ranking) throw new Error('no ranking');
  expect(hybridPlanOf(query, query.ranking)).toMatchObject({
    globalStatisticsQuery:
      'SELECT COUNT(1) AS documentCount, [{"totalWordCount": SUM(_FULLTEXTWORDCOUNT(c.text)), "hitCounts": [COUNTIF(FULLTEXTCONTAINS(c.text, "swim")), COUNTIF(FULLTEXTCONTAINS(c.text, "run"))]}] AS fullTextStatistics FROM c',
    requiresGlobalStatistics: true,
    componentQueryInfos: [component('_VECTORSCORE(c.v, [1, 2])'), component(score)],
    componentWithoutPayloadQueryInfos: [],
    projectionQueryInfo: null,
    componentWeights: [2, 1],
    skip: null,
    take: 10,
  });
});
