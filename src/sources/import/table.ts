import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { FlowError } from '../../support/error.ts';
import type { Input } from './input.ts';
import type { InputRecord, Place } from './records.ts';

/** What the text of a CSV cell becomes. */
export type CellType = 'string' | 'number' | 'boolean' | 'json';

export interface TableOptions {
  /** By column; texts where nothing is said. */
  readonly types: ReadonlyMap<string, CellType>;
  /** Other names for columns. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * The rows of CSV as JSON objects. A dot in the name of a column leads into an object: `address.city`. Empty cells are
 * left out, but for those of texts. What a cell does not hold as it is typed stays text that is no JSON, to be found
 * wrong later. The rows before the place are read again, for the first names the columns.
 */
export function table(options: TableOptions): (input: Input, from: Place) => AsyncGenerator<InputRecord> {
  return async function* rows(input, { offset }) {
    const parser = parse({ columns: true, info: true, bom: true, skip_empty_lines: true, relax_column_count: false });
    const bytes = Readable.from(input.read(0));
    bytes.on('error', (error) => parser.destroy(error));
    const columns = new Map<string, Column>();
    try {
      for await (const { record, info } of bytes.pipe(parser) as AsyncIterable<Row>) {
        if (info.bytes <= offset) continue;
        yield {
          text: Buffer.from(objectText(record, columns, options)),
          end: info.bytes,
          line: info.lines,
          endLine: info.lines,
        };
      }
    } catch (error) {
      if (error instanceof FlowError || !(error as { code?: string }).code?.startsWith('CSV_')) throw error;
      const hint = 'mend that row, or write it as RFC 4180 says';
      throw new FlowError('usage', `"${input.name}" is not CSV: ${(error as Error).message}`, { hint, cause: error });
    } finally {
      bytes.destroy();
    }
  };
}

interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly bytes: number; readonly lines: number };
}

interface Column {
  readonly path: readonly string[];
  readonly type: CellType;
}

/** A tree of JSON texts by name, in the order of the columns. */
type Tree = Map<string, string | Tree>;

function objectText(record: Row['record'], columns: Map<string, Column>, options: TableOptions): string {
  const tree: Tree = new Map();
  for (const [name, cell] of Object.entries(record)) {
    const column = columns.get(name) ?? columnOf(name, options);
    columns.set(name, column);
    if (cell !== '' || column.type === 'string') put(tree, column.path, cellText(cell, column.type));
  }
  return textOf(tree);
}

function columnOf(name: string, { types, renamed }: TableOptions): Column {
  const target = renamed.get(name) ?? name;
  return { path: target.split('.'), type: types.get(name) ?? types.get(target) ?? 'string' };
}

function put(tree: Tree, [name = '', ...rest]: readonly string[], text: string): void {
  if (rest.length === 0) {
    tree.set(name, text);
    return;
  }
  const child = tree.get(name);
  const inner: Tree = child instanceof Map ? child : new Map();
  tree.set(name, inner);
  put(inner, rest, text);
}

function textOf(tree: Tree): string {
  const members = [...tree].map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : textOf(value)}`,
  );
  return `{${members.join(',')}}`;
}

/** Numbers keep their digits. */
function cellText(cell: string, type: CellType): string {
  if (type === 'string') return JSON.stringify(cell);
  if (type === 'boolean') return /^(true|1|yes)$/i.test(cell) ? 'true' : /^(false|0|no)$/i.test(cell) ? 'false' : cell;
  return cell.trim();
}
