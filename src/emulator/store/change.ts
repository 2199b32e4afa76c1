/** What a write did to one item. */
export interface AppliedChange {
  /** Names of the database and the container. */
  readonly database: string;
  readonly container: string;
  /** The resource id of the container. */
  readonly rid: string;
  /** The id of the physical range, and the number of the commit in it. */
  readonly range: string;
  readonly lsn: number;
  readonly operation: 'create' | 'replace' | 'delete' | 'ttl';
  /** The partition key, as JSON text. */
  readonly key: string;
  readonly id: string;
  /** Of the version that was written, or of the last one of what was deleted. */
  readonly etag: string;
}
