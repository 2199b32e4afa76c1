import { hasBackslash } from '../support/json-bytes.ts';
import { noObject } from './no-object.ts';
import { fitOf } from './number-text.ts';
import { PropertyNames, textOf } from './property-names.ts';
import { tooManyNames } from './too-many-names.ts';

/** What a column holds. `json` is the text of any value, as it was written; `nothing` is a column without a value. */
export type ColumnType = 'string' | 'boolean' | 'int64' | 'double' | 'json' | 'nothing';

/** One property of all documents. */
export class Column {
  readonly name: string;
  readonly #isJson: boolean;
  #seen = 0;

  constructor(name: string, isJson: boolean) {
    this.name = name;
    this.#isJson = isJson;
  }

  /** The narrowest type that holds all values which were looked at, unchanged; or JSON, where that is wanted. */
  get type(): ColumnType {
    if (this.#isJson) return 'json';
    switch (this.#seen & KINDS) {
      case 0:
        return 'nothing';
      case STRING:
        return 'string';
      case BOOLEAN:
        return 'boolean';
      case NUMBER:
        if ((this.#seen & NOT_INT64) === 0) return 'int64';
        return (this.#seen & NOT_DOUBLE) === 0 ? 'double' : 'json';
      default:
        return 'json';
    }
  }

  /** Whether a double would not hold all the numbers. */
  get hasMoreThanDoubles(): boolean {
    return (this.#seen & NOT_DOUBLE) !== 0;
  }

  /** Whether a -0 was among the numbers. */
  get hasNegativeZero(): boolean {
    return (this.#seen & NEGATIVE_ZERO) !== 0;
  }

  look(text: Buffer, start: number, end: number): void {
    if ((this.#seen & OTHER) === 0) this.#seen |= kindOf(text, start, end);
  }
}

/** The columns that documents have, in the order in which their names were first seen. */
export class Columns {
  readonly #isChosen: boolean;
  readonly #names = new PropertyNames();
  readonly #columns: Column[] = [];
  readonly #json: ReadonlySet<string>;

  /** With names, those columns and no others; those of `json` are JSON, whatever they hold. */
  constructor(names?: readonly string[], json: readonly string[] = []) {
    this.#isChosen = names !== undefined;
    this.#json = new Set(json);
    for (const name of names ?? []) this.#names.add(name);
    this.#fill();
  }

  get all(): readonly Column[] {
    return this.#columns;
  }

  /** Looks at a document, which may bring new columns. */
  look(text: Buffer, start: number, end: number): void {
    assertObject(text, start, end);
    this.#names.each(text, start, !this.#isChosen, (column, valueStart, valueEnd) => {
      if (column >= this.#columns.length) this.#fill();
      (this.#columns[column] as Column).look(text, valueStart, valueEnd);
    });
  }

  /** Calls `visit` with the column and the offsets of each value; when a name is there twice, the last one counts. */
  visit(text: Buffer, start: number, visit: Visit): void {
    this.#names.each(text, start, false, visit);
  }

  #fill(): void {
    if (this.#names.all.length > COLUMNS_MAX) throw tooManyNames('a Parquet file', COLUMNS_MAX);
    for (const name of this.#names.all.slice(this.#columns.length))
      this.#columns.push(new Column(name, this.#json.has(name)));
  }
}

type Visit = (column: number, valueStart: number, valueEnd: number) => void;

/** Throws a `sink_refused` error for what has no properties that columns could be made of. */
export function assertObject(text: Buffer, start: number, end: number): void {
  if (text[start] !== OPEN_OBJECT) throw noObject('a Parquet file', text.toString('utf8', start, end), HINT);
}

const HINT = 'select named values, as in SELECT VALUE {"total": c.total}, or use --format ndjson';

/** Each has memory of its own while a row group is written, and a part of the file's metadata. */
const COLUMNS_MAX = 2000;

const STRING = 1;
const BOOLEAN = 2;
const NUMBER = 4;
const OTHER = 8;
const KINDS = STRING | BOOLEAN | NUMBER | OTHER;
const NOT_INT64 = 16;
const NOT_DOUBLE = 32;
const NEGATIVE_ZERO = 64;

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const QUOTE = 0x22;
const MINUS = 0x2d;

function kindOf(text: Buffer, start: number, end: number): number {
  switch (text[start]) {
    case QUOTE:
      // UTF-8 has no bytes for half of a pair, which JSON can spell.
      return hasBackslash(text, start, end) && !textOf(text, start, end).isWellFormed() ? OTHER : STRING;
    case OPEN_OBJECT:
    case OPEN_ARRAY:
      return OTHER;
    case 0x74:
    case 0x66:
      return BOOLEAN;
    case 0x6e:
      return 0;
    default:
      return kindOfNumber(text.toString('latin1', start, end));
  }
}

function kindOfNumber(text: string): number {
  const { int64, double } = fitOf(text);
  const isNegativeZero = text.charCodeAt(0) === MINUS && Object.is(Number(text), -0);
  return NUMBER | (int64 ? 0 : NOT_INT64) | (double ? 0 : NOT_DOUBLE) | (isNegativeZero ? NEGATIVE_ZERO : 0);
}
