/** Throws when an invariant is broken. Going on could move a checkpoint past lost data, so nobody catches it. */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`broken invariant: ${invariant}`);
}
