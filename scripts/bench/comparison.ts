/** Two ways to do one thing, measured in turns. */
export interface Comparison {
  readonly what: string;
  readonly unit: string;
  /** The name of the naive way. */
  readonly against: string;
  readonly ours: readonly number[];
  readonly naive: readonly number[];
  /** How many times better ours is, pair by pair. */
  readonly ratios: readonly number[];
  /** The least median ratio that is good enough, where one is demanded. */
  readonly demand?: number | undefined;
}

export interface Demand {
  readonly what: string;
  readonly unit: string;
  readonly against: string;
  readonly demand?: number | undefined;
  /** `time`: less is better; `rate`: more is. */
  readonly kind: 'time' | 'rate';
}

export function compare(ours: readonly number[], naive: readonly number[], { kind, ...rest }: Demand): Comparison {
  const ratios = ours.map((value, pair) => {
    const other = naive[pair] as number;
    return kind === 'time' ? other / value : value / other;
  });
  return { ...rest, ours, naive, ratios };
}

/** Runs all ways once, then all again, and so on: A B A B …; what is noise for one is noise for the other. */
export async function inTurns<Name extends string>(
  pairs: number,
  ways: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(ways) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of names) values[name].push(await ways[name]());
  }
  return values;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
