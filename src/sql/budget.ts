import { NOWHERE, SqlError } from './sql-error.ts';
import type { Value } from './value.ts';

/**
 * How much a query may do. Evaluation is synchronous, so there is one meter: what can repeat without end, such as the
 * rows of a JOIN, spends from it, and `SqlError` SC9002 is thrown when it is used up.
 */
export function spend(steps: number): void {
  left -= steps;
  if (left < 0) throw new SqlError('The query takes more steps than the embedded server allows.', NOWHERE, 'SC9002');
}

/** Spends what it takes to read or make a value of a built-in function: long strings and arrays take long. */
export function spendOn(value: Value): void {
  if (typeof value === 'string' && value.length > TEXT_FREE) spend(value.length >> 5);
  else if (Array.isArray(value)) spend(value.length);
}

/** The documents as they are; each that is looked at lets the query that looks at all of them do some more. */
export function* granting<Item>(documents: Iterable<Item>): Generator<Item> {
  for (const document of documents) {
    left += DOCUMENT_GRANT;
    yield document;
  }
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

/** What a query may do for documents that it cannot pause between: as much as if it needed all of them at once. */
export class Allowance {
  #left = QUERY_STEPS_MAX;

  /** Does the work for one of the documents. */
  spend<Result>(work: () => Result): Result {
    const granted = this.#left + DOCUMENT_GRANT;
    return within(granted, () => {
      const before = left;
      try {
        return work();
      } finally {
        this.#left = granted - (before - left);
      }
    });
  }
}

/** Rows and the like that one document may give rise to. */
export const DOCUMENT_STEPS_MAX = 1_000_000;
/** The same for a query that needs all documents before its first result, besides what `granting` adds. */
export const QUERY_STEPS_MAX = 2_000_000;
const DOCUMENT_GRANT = 20_000;
const TEXT_FREE = 256;

let left = Number.POSITIVE_INFINITY;
