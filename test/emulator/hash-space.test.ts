import { describe, expect, test } from 'vitest';
import { equalBoundaries, middle } from '../../src/emulator/hash-space.ts';

const V1 = { paths: ['/pk'] };
const V2 = { paths: ['/pk'], version: 2 } as const;

describe('the key space', () => {
  test.each([
    [1, V2, []],
    [2, V2, ['1FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF']],
    [3, V2, ['15555555555555555555555555555555', '2AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']],
    [2, V1, ['05C1DFFFFFFFFC']],
    [3, V1, ['05C1D5AB55AB54', '05C1E5AB55AB54']],
    [4, V1, ['05C1CFFFFFFFF8', '05C1DFFFFFFFFC', '05C1E7FFFFFFFE']],
    [5, V1, ['05C1C9CD673398', '05C1D9CD673398', '05C1E399CD6732', '05C1E9CD673398']],
  ])('is divided in %i where the service divides it', (count, definition, inner) => {
    expect(equalBoundaries(count, definition)).toEqual(['', ...inner, 'FF']);
  });

  test.each([V1, V2])('can be halved until nothing is left between two boundaries', (definition) => {
    const boundaries = ['', 'FF'];
    for (let at: string | undefined = ''; at !== undefined; ) {
      at = middle(boundaries[0] as string, boundaries[1] as string, definition);
      if (at === undefined) break;
      expect(at > (boundaries[0] as string) && at < (boundaries[1] as string)).toBe(true);
      boundaries.splice(1, 0, at);
    }
    expect(boundaries.length).toBe(definition === V2 ? 127 : 33);
    expect(boundaries).toEqual(boundaries.toSorted());
  });
});
