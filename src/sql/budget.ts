import { NOWHERE, SqlError } from './sql-error.ts';

/**
 * How much a query may do. Evaluation is synchronous, so there is one meter: what can repeat without end, such as the
 * rows of a JOIN, spends from it, and `SqlError` SC9002 is thrown when it is used up.
 */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) throw new SqlError('The query takes more steps than the embedded server allows.', NOWHERE, 'SC9002');
}

/** Runs `work` with at most `steps`, which count for the work around it too. */
export function within<Result>(steps: number, work: () => Result): Result {
  const before = left;
  const granted = Math.min(before, steps);
  left = granted;
  try {
    return work();
  } finally {
    left = before - (granted - left);
  }
}

/** Rows and the like that one document may give rise to. */
export const DOCUMENT_STEPS_MAX = 1_000_000;
/** The same for all documents of a query that needs them all before its first result. */
export const QUERY_STEPS_MAX = 100_000_000;

let left = Number.POSITIVE_INFINITY;
