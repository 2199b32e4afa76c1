import { open } from 'node:fs/promises';
import { COMPRESSIONS } from './compression.ts';
import { csvText } from './csv-text.ts';
import { eachLine } from './lines.ts';
import { PropertyNames } from './property-names.ts';
import { tooManyNames } from './too-many-names.ts';

export interface CsvWritingOptions {
  readonly isUnsafe: boolean;
  readonly compression: keyof typeof COMPRESSIONS;
}

/** The column of what is no object. */
export const VALUE = 'value';

/**
 * Makes a CSV file of an NDJSON file, which is read twice: for the names of its columns, which are those of all its
 * documents, and for their values. Memory is that of one block.
 */
export async function writeCsv(from: string, to: string, { isUnsafe, compression }: CsvWritingOptions): Promise<void> {
  const names = await namesIn(from);
  const { header, cell, line } = csvText(isUnsafe);
  await using handle = await open(to, 'r+');
  let block = header(names.all);
  const flush = async (): Promise<void> => {
    const bytes = await COMPRESSIONS[compression].encode(Buffer.from(block));
    block = '';
    await handle.appendFile(bytes);
  };
  await eachLine(from, (text, start, end) => {
    const cells = names.all.map(() => '');
    eachValue(names, text, start, end, false, (column, valueStart, valueEnd) => {
      cells[column] = cell(text, valueStart, valueEnd);
    });
    block += line(cells);
    return block.length >= BLOCK_CHARACTERS ? flush() : undefined;
  });
  if (block !== '') await flush();
}

/** Those of all documents. A table has one column at least, and every document has an id. */
async function namesIn(file: string): Promise<PropertyNames> {
  const names = new PropertyNames();
  await eachLine(file, (text, start, end) => {
    eachValue(names, text, start, end, true, () => {});
    if (names.all.length > COLUMNS_MAX) throw tooManyNames('a CSV file', COLUMNS_MAX);
  });
  if (names.all.length === 0) names.add('id');
  return names;
}

type Visit = (column: number, start: number, end: number) => void;

function eachValue(names: PropertyNames, text: Buffer, start: number, end: number, grow: boolean, visit: Visit): void {
  if (text[start] === OPEN_OBJECT) names.each(text, start, grow, visit);
  else visit(names.add(VALUE), start, end);
}

/** As many as a spreadsheet has. */
const COLUMNS_MAX = 16_384;
const BLOCK_CHARACTERS = 1024 * 1024;
const OPEN_OBJECT = 0x7b;
