/** How documents become files. */
export type Format = AppendedFormat | ConvertedFormat;

/** Rows can be added to a file of it for as long as its trailer is not written. */
export interface AppendedFormat {
  /** Of its files, without a dot. */
  readonly extension: string;
  /** A row begins with so many bytes that are left out of the first row of a file. */
  readonly separatorBytes: number;
  /** One row per document, in their order. */
  rows(documents: readonly Uint8Array[]): Rows;
  /** What a file begins with. Asked for after `rows` was called for its first rows, or for a file without any. */
  header(): Uint8Array;
  readonly trailer: Uint8Array;
  /**
   * What was decided for the file that rows are added to, and has to be known when it is gone on with.
   */
  decided?(): string | undefined;
  /** Throws a `sink_refused` error for a document that has no place in a row, where there may be such. */
  assertFits?(document: Uint8Array): void;
}

/** A file of it is made when all its documents are known: until then they are kept as NDJSON. */
export interface ConvertedFormat {
  readonly extension: string;
  /**
   * Reads the NDJSON file `from`, which has a document a line, and fills `to`, which is there and empty. The same bytes
   * give the same bytes. Memory is bounded, however long the file. What is written need not be durable yet. Tells what
   * types columns have, where they have such.
   */
  convert(from: string, to: string): Promise<ColumnTypes | undefined>;
  /** Throws a `sink_refused` error for a document that `convert` would stumble over, where there may be such. */
  assertFits?(document: Uint8Array): void;
  /** What adds rows to a file that was made of some, where that can be. */
  addingTo?(path: string): Promise<AppendedFormat>;
}

/** By column, in their order: a type of Parquet, where `long` is one of integers that no double would hold. */
export type ColumnTypes = readonly (readonly [name: string, type: string])[];

export interface Rows {
  /** The rows, one after the other. */
  readonly bytes: Uint8Array;
  /** Offset of the end of each row. */
  readonly ends: readonly number[];
}

export function isConverted(format: Format): format is ConvertedFormat {
  return 'convert' in format;
}
