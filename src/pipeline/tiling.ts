import { EVERYTHING, type Range } from '../contract.ts';
import { assert } from '../support/assert.ts';

/** Asserts that the ranges cover `whole` without a hole or an overlap: a change in a hole would never be read. */
export function assertTiles(ranges: readonly Range[], whole: Range = EVERYTHING): void {
  const sorted = ranges.toSorted((a, b) => (a.min < b.min ? -1 : 1));
  let covered = whole.min;
  for (const { min, max } of sorted) {
    assert(
      min === covered && min < max,
      `ranges tile [${whole.min}, ${whole.max}), but one starts at "${min}" after "${covered}"`,
    );
    covered = max;
  }
  assert(covered === whole.max, `ranges tile [${whole.min}, ${whole.max}), but they end at "${covered}"`);
}
