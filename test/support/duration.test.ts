import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/support/duration.ts';

test.each([
  ['250ms', 250],
  ['5s', 5000],
  ['1.5h', 5_400_000],
  ['10m', 600_000],
  ['2d', 172_800_000],
  [' 3s ', 3000],
  ['0', 0],
  ['0s', 0],
])('"%s" is %i milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', '5 s', 's', '-1s', '1e3ms', '5S', '5sec', '1.s', '.5s', '1h30m', '∞'])(
  '"%s" is not a duration, and the error says how to write one',
  (text) => {
    expect(() => parseDuration(text)).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: `"${text}" is not a duration`,
        hint: expect.stringMatching(/250ms/),
      }),
    );
  },
);

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [999.7, '1.0 s'],
  [12_345, '12.3 s'],
  [59_980, '1 min 00 s'],
  [60_000, '1 min 00 s'],
  [119_600, '2 min 00 s'],
  [245_000, '4 min 05 s'],
  [3_599_700, '1 h 00 min'],
  [7_380_000, '2 h 03 min'],
  [7_199_900, '2 h 00 min'],
])('%d ms are shown as "%s"', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
