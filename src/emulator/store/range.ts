/** A physical partition: a slice of the key space with a counter of commits of its own. */
export interface Range {
  /** Never used again in its container. */
  readonly id: number;
  readonly min: string;
  readonly max: string;
  /** The ids of all ranges it descends from, oldest first. */
  readonly parents: readonly string[];
  /** The number of its last commit. */
  lsn: number;
  /** Of all its documents. */
  bytes: number;
}

export function contains({ min, max }: Range, epk: string): boolean {
  return epk >= min && epk < max;
}
