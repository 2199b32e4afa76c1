/** Cells and lines of RFC 4180. */
export interface CsvText {
  /** The line with the names of columns. */
  header(names: readonly string[]): string;
  /** What stands for a JSON value: its own text, nothing for null, and JSON for text that UTF-8 cannot hold. */
  cell(text: Buffer, start: number, end: number): string;
  line(cells: readonly string[]): string;
}

/** Text that a spreadsheet would take for a formula gets an apostrophe before it, unless it is to be left as it is. */
export function csvText(isUnsafe: boolean): CsvText {
  const safe = isUnsafe ? (text: string) => text : withoutFormula;
  // UTF-8 has no bytes for half of a pair, which JSON can spell.
  const textCell = (text: string, json = JSON.stringify(text)): string =>
    quoted(text.isWellFormed() ? safe(text) : json);
  return {
    header: (names) => lineOf(names.map((name) => textCell(name))),
    cell(text, start, end) {
      const first = text[start];
      if (first === N) return '';
      const value = text.toString('utf8', start, end);
      if (first === QUOTE) return textCell(JSON.parse(value) as string, value);
      return first === OPEN_OBJECT || first === OPEN_ARRAY ? quoted(value) : value;
    },
    line: lineOf,
  };
}

/** The name of a column, as far as its cell in the header tells. */
export function nameIn(cell: string, isUnsafe: boolean): string {
  return !isUnsafe && cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell;
}

/** At the start of a cell they are a formula to a spreadsheet, or hide one. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const SPECIAL = /[",\r\n]/;
const [QUOTE, OPEN_OBJECT, OPEN_ARRAY, N] = [0x22, 0x7b, 0x5b, 0x6e];

function withoutFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** To most readers an empty line is no row. */
function lineOf(cells: readonly string[]): string {
  return `${cells.length === 1 && cells[0] === '' ? '""' : cells.join(',')}\r\n`;
}
