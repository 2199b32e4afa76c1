import { expect, test } from 'vitest';
import { describePace, Pace } from '../../src/cli/pace.ts';
import { Tally } from '../../src/support/tally.ts';

test('progress counts what is set aside, and says nothing of it where there is none', () => {
  const tally = new Tally();
  const pace = new Pace({ tally, meters: [] });
  tally.page({ min: '' }, 3000, 0, true);
  tally.wrote(1000);
  expect(describePace(pace.sample())).toMatch(/^1,000 documents, .* RU\/s, lag 2,000, 33 %/);
  tally.refused(2000);
  expect(describePace(pace.sample())).toMatch(/^1,000 documents, .* RU\/s, 2,000 set aside, lag 0, 100 %$/);
});
