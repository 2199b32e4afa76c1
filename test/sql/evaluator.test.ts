import { expect, test } from 'vitest';
import { parseSelect } from '../../src/sql/parser.ts';
import { prepareQuery } from '../../src/sql/query.ts';
import type { Expression } from '../../src/sql/syntax.ts';
import { randomFrom } from '../support/random.ts';
import { evaluate } from './evaluator.ts';
import { randomDocument, randomExpression } from './random-query.ts';

const EXPRESSIONS = 4000;

test(`filters and values of ${EXPRESSIONS} expressions are what a plain walk over the tree makes of them`, () => {
  const seen = { kept: 0, left: 0, undefined: 0 };
  for (let seed = 1; seed <= EXPRESSIONS; seed++) {
    const random = randomFrom(seed);
    const expression = randomExpression(random, 1 + random.integer(4));
    const { filter } = prepareQuery(`SELECT * FROM c WHERE ${expression}`);
    const { project } = prepareQuery(`SELECT VALUE ${expression} FROM c`);
    const tree = parseSelect(`SELECT * FROM c WHERE ${expression}`).where as Expression;
    for (let n = 0; n < 5; n++) {
      const document = randomDocument(random);
      const label = `seed ${seed}: ${expression} of ${JSON.stringify(document)}`;
      const value = evaluate(tree, document);
      expect(project(document), label).toEqual(value);
      expect(filter(document), label).toBe(value === true);
      seen[value === undefined ? 'undefined' : value === true ? 'kept' : 'left']++;
    }
  }
  // The comparison says nothing where everything is undefined.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(EXPRESSIONS / 4);
});
