/** Request units for reading this many bytes at once: one per started kilobyte. */
export function readCharge(bytes: number): number {
  return Math.max(1, kilobytes(bytes));
}

/** Request units for a write; replacing or deleting has the old version to take out as well. */
export function writeCharge(bytes: number, replacing: boolean): number {
  const charge = 4.8 + Math.max(1, kilobytes(bytes));
  return replacing ? charge * 1.5 : charge;
}

/** Request units for a page of a query or feed: a base, and per kilobyte much less than a point read. */
export function pageCharge(bytes: number, count: number): number {
  return 2 + 0.03 * count + 0.05 * kilobytes(bytes);
}

export function formatCharge(charge: number): string {
  return String(Math.round(charge * 100) / 100);
}

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
