import { describe, expect, test } from 'vitest';
import { describeFeedStart, parseFeedStart } from '../../src/sources/feed-start.ts';

describe('where to begin', () => {
  test.each([
    ['beginning', 'beginning'],
    ['Beginning', 'beginning'],
    ['now', 'now'],
    [' NOW ', 'now'],
    ['2026-01-02T03:04:05Z', { since: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000 }],
    ['2026-01-02t03:04:05z', { since: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000 }],
    ['2026-01-02T03:04:05.999Z', { since: Date.UTC(2026, 0, 2, 3, 4, 5) / 1000 }],
    ['2026-01-02T03:04', { since: Date.UTC(2026, 0, 2, 3, 4) / 1000 }],
    ['2026-01-02 03:04:05+02:00', { since: Date.UTC(2026, 0, 2, 1, 4, 5) / 1000 }],
    ['2026-01-02', { since: Date.UTC(2026, 0, 2) / 1000 }],
  ])('may be written "%s"', (text, start) => {
    expect(parseFeedStart(text)).toEqual(start);
  });

  test.each([
    '',
    'yesterday',
    '2026',
    '2026-02-30',
    '2026-13-01',
    '2026-01-02T25:00Z',
    '1767225600',
    '-1h',
    '9999-01-01',
  ])('may not be written "%s"', (text) => {
    expect(() => parseFeedStart(text)).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringMatching(/write/) }),
    );
  });

  test('is said in a way that can be given again', () => {
    for (const text of ['beginning', 'now', '2026-01-02T03:04:05Z'])
      expect(describeFeedStart(parseFeedStart(text))).toBe(text);
  });
});
