import { expect, test } from 'vitest';
import type { Context } from '../../src/commands/command.ts';
import { announceCutOver } from '../../src/commands/cut-over.ts';
import { Tally } from '../../src/support/tally.ts';

test.each([
  ['cosmosflow verify a/b c/d', /press Ctrl-C, and compare: cosmosflow verify a\/b c\/d$/],
  [undefined, /wait until lag is 0 again, and press Ctrl-C$/],
])('what is to be done to cut over is told once, with %s', (verify, told) => {
  const [notes, tally] = [[] as string[], new Tally()];
  const talk: Partial<Context['talk']> = { note: (text) => void notes.push(text) };
  announceCutOver({ talk } as Context, tally, verify);
  for (let times = 0; times < 2; times++) tally.page({ min: '' }, 0, 0, true);
  expect(notes).toEqual([expect.stringContaining('caught up'), expect.stringMatching(told)]);
});
