/** A stretch of the key space, up to where the next one starts, and the last commit of which it lost versions. */
export type Horizon = readonly [min: string, lsn: number];

// Kept by keys and not by ranges: ranges that merge have counters of their own, and what one of them has lost says
// nothing of a position in the other.

/** The last commit of which versions between the bounds are lost. */
export function horizonOf(horizons: readonly Horizon[], from: string, below: string): number {
  const reached = horizons.filter(([min], index) => min < below && endOf(horizons, index) > from);
  return Math.max(0, ...reached.map(([, lsn]) => lsn));
}

/** The same after a version was lost. */
export function raiseHorizon(horizons: readonly Horizon[], epk: string, lsn: number): Horizon[] {
  return horizons.map(([min, before], index) =>
    epk >= min && epk < endOf(horizons, index) ? [min, Math.max(before, lsn)] : [min, before],
  );
}

/** The same with a new stretch from `boundary` on: what the one half loses is not lost in the other. */
export function cutHorizon(horizons: readonly Horizon[], boundary: string): Horizon[] {
  return horizons.flatMap(([min, lsn], index): Horizon[] =>
    boundary > min && boundary < endOf(horizons, index)
      ? [
          [min, lsn],
          [boundary, lsn],
        ]
      : [[min, lsn]],
  );
}

function endOf(horizons: readonly Horizon[], index: number): string {
  return horizons[index + 1]?.[0] ?? 'FF';
}
