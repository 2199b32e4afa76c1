import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { FlowError } from '../../support/error.ts';
import { objectText } from '../../support/object-text.ts';
import type { Input } from './input.ts';
import type { InputRecord, Splitter } from './records.ts';

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
 * left out, but for those of texts. A row with more or fewer cells than there are columns, or with a cell that is not of
 * its type, is flawed. A row comes once the next begins. The rows before the place are read again, for the first names
 * the columns.
 */
export function table(options: TableOptions): Splitter {
  return async function* rows(input, { offset }, signal) {
    const parser = parse({ info: true, raw: true, bom: true, skip_empty_lines: true, relax_column_count: true });
    const bytes = Readable.from(utf8(input, signal));
    bytes.on('error', (error) => parser.destroy(error));
    const lines = new LineCount();
    let columns: readonly Column[] | undefined;
    try {
      for await (const { record, raw, info } of bytes.pipe(parser) as AsyncIterable<Row>) {
        const line = lines.pass(raw);
        if (!columns) columns = columnsOf(record, options, input);
        else if (info.bytes > offset) yield { ...rowOf(record, columns), end: info.bytes, line, endLine: lines.next };
      }
    } catch (error) {
      if (error instanceof FlowError || !(error as { code?: string }).code?.startsWith('CSV_')) throw error;
      const hint = 'mend that row, or write it as RFC 4180 says';
      throw new FlowError('input_flawed', `"${input.name}" is not CSV: ${(error as Error).message}`, {
        hint,
        cause: error,
      });
    } finally {
      bytes.destroy();
    }
  };
}

interface Row {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly bytes: number };
}

interface Column {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: CellType;
}

/** The parser would put a sign in the place of what it cannot read. */
async function* utf8(input: Input, signal: AbortSignal): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of input.read(0, signal)) {
      decoder.decode(chunk, { stream: true });
      yield chunk;
    }
    decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new FlowError('input_flawed', `"${input.name}" is not UTF-8`, {
      hint: 'convert it, for instance with iconv -f WINDOWS-1252 -t UTF-8',
      cause: error,
    });
  }
}

/** Counts lines by what the parser has read: its own count takes the two bytes of a line break for two. */
class LineCount {
  /** Of what comes next, from 1. */
  next = 1;

  /** The line in which a record begins, behind the empty lines before it. */
  pass(raw: string): number {
    const before = /^[\r\n]*/.exec(raw)?.[0] ?? '';
    const line = this.next + breaksIn(before);
    this.next += breaksIn(raw);
    return line;
  }
}

function breaksIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

function columnsOf(header: readonly string[], { types, renamed }: TableOptions, input: Input): readonly Column[] {
  const names = new Set(header);
  for (const name of renamed.keys()) assertHas(names, name, input);
  const targets = new Set([...names, ...renamed.values()]);
  for (const name of types.keys()) assertHas(targets, name, input);
  const columns = header.map((name): Column => {
    const target = renamed.get(name) ?? name;
    return { name, path: target.split('.'), type: types.get(name) ?? types.get(target) ?? 'string' };
  });
  for (const [index, { path, name }] of columns.entries()) {
    const clash = columns.slice(0, index).find((other) => isWithin(path, other.path) || isWithin(other.path, path));
    if (!clash) continue;
    throw new FlowError(
      'usage',
      `the columns "${clash.name}" and "${name}" of "${input.name}" are in each other's place`,
      {
        hint: 'give one another name: --rename COLUMN:NAME',
      },
    );
  }
  return columns;
}

function assertHas(names: ReadonlySet<string>, name: string, input: Input): void {
  if (names.has(name)) return;
  const list = [...names].map((one) => (/[,"]/.test(one) ? JSON.stringify(one) : one)).join(', ');
  throw new FlowError('usage', `"${input.name}" has no column "${name}"`, { hint: `its columns are ${list}` });
}

function isWithin(path: readonly string[], other: readonly string[]): boolean {
  return other.every((name, index) => path[index] === name);
}

function rowOf(cells: readonly string[], columns: readonly Column[]): Pick<InputRecord, 'text' | 'flaw'> {
  if (cells.length !== columns.length)
    return {
      text: Buffer.from(JSON.stringify(cells)),
      flaw: `it has ${cells.length} cells for ${columns.length} columns`,
    };
  const places: [readonly string[], string][] = [];
  for (const [index, { name, path, type }] of columns.entries()) {
    const cell = cells[index] as string;
    if (cell === '' && type !== 'string') continue;
    const text = cellText(cell, type);
    if (text === undefined)
      return { text: Buffer.from(JSON.stringify(cells)), flaw: `its ${JSON.stringify(name)} is no ${type}` };
    places.push([path, text]);
  }
  return { text: Buffer.from(objectText(places)) };
}

/** JSON text of a cell, in which numbers keep their digits; `undefined` when it is not of its type. */
function cellText(cell: string, type: CellType): string | undefined {
  const text = cell.trim();
  switch (type) {
    case 'string':
      return JSON.stringify(cell);
    case 'number':
      return NUMBER.test(text) ? text : undefined;
    case 'boolean':
      return /^(true|1|yes)$/i.test(text) ? 'true' : /^(false|0|no)$/i.test(text) ? 'false' : undefined;
    case 'json':
      return isJson(text) ? text : undefined;
  }
}

/** As RFC 8259 has it. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
