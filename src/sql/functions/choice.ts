import type { Family } from './sql-function.ts';

/** The conditional functions. */
export const CHOICE: Family = {
  IIF: { arguments: [3, 3], call: (condition, value, other) => (condition === true ? value : other) },
};
