import { Columns, memberNames, namesIn } from './csv-columns.ts';
import type { AppendedFormat } from './format.ts';
import type { Path } from './paths.ts';

export interface CsvOptions {
  /** What the columns hold. `undefined`: what the first documents have. */
  readonly columns: readonly Path[] | undefined;
  /** Leaves text as it is that a spreadsheet would take for a formula. */
  readonly isUnsafe: boolean;
  readonly decided: string | undefined;
  /** Told once of a member that no column is for, when the columns are those of the first documents. */
  readonly onLeftOut: (name: string) => void;
}

/**
 * RFC 4180, with a header: a cell is the value's own text. Numbers keep their digits, objects and arrays are JSON, and
 * what is null or not there is empty. Text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
export function csv({ columns: wanted, isUnsafe, decided, onLeftOut }: CsvOptions): AppendedFormat {
  const safe = isUnsafe ? (text: string) => text : withoutFormula;
  let columns = wanted && new Columns(wanted);
  if (!columns && decided !== undefined) columns = new Columns(JSON.parse(decided) as Path[]);
  let report = wanted ? undefined : onLeftOut;
  const settle = (documents: readonly Uint8Array[]): Columns => {
    columns ??= new Columns([...namesIn(documents)].map((name) => [name]));
    return columns;
  };
  const reportLeftOut = ({ paths }: Columns, documents: readonly Uint8Array[]): void => {
    const name = report && firstOtherThan(new Set(paths.map(([first = '']) => first)), documents);
    if (name === undefined) return;
    report?.(name);
    report = undefined;
  };
  return {
    extension: 'csv',
    separatorBytes: 0,
    trailer: new Uint8Array(0),
    header: () => Buffer.from(columns ? lineOf(columns.paths.map((path) => quoted(safe(path.join('.'))))) : ''),
    decided: () => columns && JSON.stringify(columns.paths),
    rows(documents) {
      if (documents.length === 0) return { bytes: new Uint8Array(0), ends: [] };
      const found = settle(documents);
      reportLeftOut(found, documents);
      const rows = documents.map((document) => Buffer.from(rowOf(document, found, safe)));
      let end = 0;
      const ends = rows.map(({ length }) => {
        end += length;
        return end;
      });
      return { bytes: Buffer.concat(rows), ends };
    },
  };
}

/** At the start of a cell they are a formula to a spreadsheet, or hide one. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const SPECIAL = /[",\r\n]/;
const [QUOTE, OPEN_OBJECT, OPEN_ARRAY, N] = [0x22, 0x7b, 0x5b, 0x6e];

function withoutFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function rowOf(document: Uint8Array, columns: Columns, safe: (text: string) => string): string {
  const text = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
  const cells = Array.from({ length: columns.paths.length }, () => '');
  columns.each(text, (column, start, end) => {
    cells[column] = cellOf(text, start, end, safe);
  });
  return lineOf(cells);
}

function cellOf(text: Buffer, start: number, end: number, safe: (text: string) => string): string {
  const first = text[start];
  if (first === N) return '';
  const value = text.toString('utf8', start, end);
  if (first === QUOTE) return quoted(safe(JSON.parse(value) as string));
  return first === OPEN_OBJECT || first === OPEN_ARRAY ? quoted(value) : value;
}

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function lineOf(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

function firstOtherThan(names: ReadonlySet<string>, documents: readonly Uint8Array[]): string | undefined {
  for (const document of documents) for (const name of memberNames(document)) if (!names.has(name)) return name;
  return undefined;
}
