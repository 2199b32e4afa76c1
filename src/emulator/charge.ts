import { STATUS } from '../protocol/status.ts';

/** Request units for reading an item of this many bytes: 1 for a kilobyte and 10 for a hundred, as documented. */
export function readCharge(bytes: number): number {
  return 1 + (Math.max(1, kilobytes(bytes)) - 1) / 11;
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

/** Request units for finding out that a request cannot be served. */
export function refusalCharge(status: number): number {
  return status === STATUS.tooManyRequests ? THROTTLED_CHARGE : REFUSED_CHARGE;
}

export function formatCharge(charge: number): string {
  return String(Math.round(charge * 100) / 100);
}

const THROTTLED_CHARGE = 0.38;
const REFUSED_CHARGE = 1.24;

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}
