/** The word that was probably meant, if one is near enough. */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const plain = plainOf(word);
  let best: { word: string; distance: number } | undefined;
  for (const candidate of words) {
    const distance = distanceOf(plain, plainOf(candidate));
    if (distance < (best?.distance ?? allowed(word))) best = { word: candidate, distance };
  }
  return best?.word;
}

/** The same, however its words are put together. */
const plainOf = (word: string): string => word.toLowerCase().replace(/[-_]/g, '');

const allowed = (word: string): number => Math.max(2, Math.ceil(word.length * 0.4));

/** How many letters are to be put in, left out, replaced, or exchanged with the next. */
function distanceOf(from: string, to: string): number {
  let [before, row]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, index) => index)] as const;
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      const isExchanged = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      next[j] = Math.min(
        at(row, j) + 1,
        at(next, j - 1) + 1,
        at(row, j - 1) + (isSame ? 0 : 1),
        isExchanged ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, row] = [row, next];
  }
  return at(row, to.length);
}

const at = (row: readonly number[] | undefined, index: number): number => row?.[index] ?? Number.POSITIVE_INFINITY;
