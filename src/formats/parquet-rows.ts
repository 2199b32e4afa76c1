import type { ColumnSource } from 'hyparquet-writer';
import type { Columns, ColumnType } from './parquet-columns.ts';
import { textOf } from './property-names.ts';

/** Rows that are written together, column by column: all that is in memory of a file. */
export class RowGroup {
  readonly #columns: Columns;
  readonly #types: readonly ColumnType[];
  readonly #rowsMax: number;
  #values: unknown[][];
  #bytes = 0;
  #rows = 0;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#types = columns.all.map(({ type }) => type);
    this.#rowsMax = Math.max(1, Math.min(ROWS_MAX, Math.floor(VALUES_MAX / this.#types.length)));
    this.#values = this.#empty();
  }

  get rows(): number {
    return this.#rows;
  }

  get isFull(): boolean {
    return this.#rows === this.#rowsMax || this.#bytes >= BYTES_MAX;
  }

  add(text: Buffer, start: number, end: number): void {
    const row = this.#rows;
    this.#columns.visit(text, start, (column, valueStart, valueEnd) => {
      const values = this.#values[column] as unknown[];
      values[row] = readValue(this.#types[column] as ColumnType, text, valueStart, valueEnd);
    });
    this.#rows++;
    this.#bytes += end - start;
  }

  /** What the writer wants for a row group, which then begins anew. */
  take(): { columnData: ColumnSource[]; rowGroupSize: number } {
    const rowGroupSize = this.#rows;
    const columnData = this.#columns.all.map(({ name, type, hasNegativeZero }, column): ColumnSource => {
      const data = (this.#values[column] as unknown[]).slice(0, rowGroupSize);
      // A dictionary would take -0 for 0. The bounds of JSON text are of no use, and may be as long as a document.
      const encoding = type === 'double' && hasNegativeZero ? { encoding: 'PLAIN' as const } : {};
      return { name, data, ...encoding, statistics: type !== 'json' };
    });
    this.#values = this.#empty();
    this.#rows = 0;
    this.#bytes = 0;
    return { columnData, rowGroupSize };
  }

  #empty(): unknown[][] {
    return this.#types.map(() => new Array<unknown>(this.#rowsMax).fill(null));
  }
}

const ROWS_MAX = 10_000;
const VALUES_MAX = 1_000_000;
const BYTES_MAX = 2 * 1024 * 1024;

function readValue(type: ColumnType, text: Buffer, start: number, end: number): unknown {
  if (text[start] === NULL) return null;
  switch (type) {
    case 'string':
      return textOf(text, start, end);
    case 'boolean':
      return text[start] === TRUE;
    case 'int64':
      return BigInt(text.toString('latin1', start, end));
    case 'double':
      return Number(text.toString('latin1', start, end));
    case 'json':
      return text.toString('utf8', start, end);
    case 'nothing':
      return null;
  }
}

const NULL = 0x6e;
const TRUE = 0x74;
