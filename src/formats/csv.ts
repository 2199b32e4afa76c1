import { FlowError } from '../support/error.ts';
import { converting } from './conversion.ts';
import { Columns } from './csv-columns.ts';
import { columnsIn } from './csv-header.ts';
import { type CsvText, csvText } from './csv-text.ts';
import { type CsvWritingOptions, VALUE } from './csv-writing.ts';
import type { AppendedFormat, Format } from './format.ts';
import { noObject } from './no-object.ts';
import type { Path } from './paths.ts';
import { PropertyNames } from './property-names.ts';

export interface CsvOptions extends CsvWritingOptions {
  /** What the columns hold. `undefined`: nobody knows before all documents of a file are known. */
  readonly columns: readonly Path[] | undefined;
  /** What was decided for a file that is gone on with. */
  readonly decided: string | undefined;
}

/**
 * RFC 4180, with a header: a cell is the value's own text. Numbers keep their digits, objects and arrays are JSON, and
 * what is null or not there is empty. Text that a spreadsheet would take for a formula gets an apostrophe before it.
 * Rows are added to a file of columns that are known; else it is made once its documents are, and has columns for all
 * that they have. What is no object is in the column `value`.
 */
export function csv({ columns, decided, isUnsafe, compression }: CsvOptions): Format {
  if (columns) return appended(columns, csvText(isUnsafe));
  if (decided !== undefined) return closed(JSON.parse(decided) as Path[], csvText(isUnsafe));
  return {
    extension: 'csv',
    convert: converting({ name: 'csv', options: { isUnsafe, compression } }),
    addingTo: async (file) => closed(await columnsIn(file, { isUnsafe, compression }), csvText(isUnsafe)),
  };
}

/** For rows of columns that were chosen. */
function appended(paths: readonly Path[], { header, cell, line }: CsvText): AppendedFormat {
  const columns = new Columns(paths);
  const values = paths.findIndex(([name, ...below]) => name === VALUE && below.length === 0);
  const head = Buffer.from(header(paths.map((path) => path.join('.'))));
  const rowOf = (document: Uint8Array): Buffer => {
    const text = Buffer.from(document.buffer, document.byteOffset, document.byteLength);
    const cells = paths.map(() => '');
    if (text[0] === OPEN_OBJECT) {
      columns.each(text, (column, start, end) => {
        cells[column] = cell(text, start, end);
      });
    } else cells[values] = cell(text, 0, text.length);
    return Buffer.from(line(cells));
  };
  return {
    extension: 'csv',
    separatorBytes: 0,
    trailer: new Uint8Array(0),
    header: () => head,
    rows(documents) {
      const rows = documents.map(rowOf);
      let end = 0;
      const ends = rows.map(({ length }) => {
        end += length;
        return end;
      });
      return { bytes: Buffer.concat(rows), ends };
    },
    assertFits(document) {
      if (document[0] !== OPEN_OBJECT && values < 0)
        throw noObject('a CSV file', Buffer.from(document).toString(), HINT);
    },
  };
}

/** For rows that are added to a file whose columns nobody chose, so that none may be left out. */
function closed(paths: readonly Path[], text: CsvText): AppendedFormat {
  const format = appended(paths, text);
  const names = new PropertyNames();
  for (const [name = ''] of paths) names.add(name);
  return {
    ...format,
    decided: () => JSON.stringify(paths),
    assertFits(document) {
      format.assertFits?.(document);
      if (document[0] !== OPEN_OBJECT) return;
      names.each(Buffer.from(document.buffer, document.byteOffset, document.byteLength), 0, true, (name, start) => {
        if (name >= paths.length && document[start] !== N) throw withoutColumn(names.all[name] as string);
      });
    },
  };
}

const HINT = `its column would be "${VALUE}": add that to --columns, or leave --columns out`;
const [OPEN_OBJECT, N] = [0x7b, 0x6e];

function withoutColumn(name: string): FlowError {
  return new FlowError('sink_refused', `the file has no column for ${JSON.stringify(name)} of a later document`, {
    hint: 'write everything again, into another place: a directory, or with the columns named by --columns',
  });
}
