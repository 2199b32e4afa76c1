/** What has come so far. */
export interface Tally {
  /** Events that are stored. */
  received: number;
  /** Events that had been stored before. */
  duplicates: number;
  /** Requests that were not taken. */
  refused: number;
  /** Requests that were made to fail. */
  failed: number;
}
