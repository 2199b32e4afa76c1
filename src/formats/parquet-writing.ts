import { open } from 'node:fs/promises';
import { zstdCompressSync } from 'node:zlib';
import { ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { VERSION } from '../support/version.ts';
import type { ColumnTypes } from './format.ts';
import { eachLine } from './lines.ts';
import { type Column, Columns, type ColumnType } from './parquet-columns.ts';
import { ParquetFile } from './parquet-file.ts';
import { RowGroup } from './parquet-rows.ts';

export interface ParquetOptions {
  /** The properties that become columns, in this order; `undefined`: all, in the order in which they are first seen. */
  readonly columns?: readonly string[] | undefined;
  /** Columns that are JSON, whatever they hold. */
  readonly json?: readonly string[] | undefined;
}

/**
 * Makes a Parquet file of an NDJSON file, which is read twice: for the types of the columns, and for their values.
 * Memory is that of one row group. Tells what they have become.
 */
export async function writeParquet(from: string, to: string, options: ParquetOptions): Promise<ColumnTypes> {
  const columns = await columnsOf(from, options);
  await using handle = await open(to, 'r+');
  const file = new ParquetWriter({
    writer: new ParquetFile(handle),
    schema: schemaOf(columns.all, WRITTEN_AS),
    codec: 'ZSTD',
    compressors: { ZSTD: zstdCompressSync },
    createdBy: `cosmosflow version ${VERSION}`,
  });
  const group = new RowGroup(columns);
  await eachLine(from, (text, start, end) => {
    group.add(text, start, end);
    return group.isFull ? file.write(group.take()) : undefined;
  });
  if (group.rows > 0) await file.write(group.take());
  // The writer would parse and print again what it is told is JSON. So it learns only now that this is what it wrote.
  file.schema = schemaOf(columns.all, ELEMENTS);
  await file.finish();
  return columns.all.map(({ name, type, hasMoreThanDoubles }) => {
    return [name, type === 'int64' && hasMoreThanDoubles ? 'long' : type];
  });
}

/** The columns of all documents in a file. Readers want at least one, and every document has an id. */
async function columnsOf(file: string, { columns: names, json }: ParquetOptions): Promise<Columns> {
  const columns = new Columns(names, json);
  await eachLine(file, (text, start, end) => columns.look(text, start, end));
  return columns.all.length > 0 ? columns : new Columns(['id']);
}

type Element = Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>;

const STRING: Element = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };

const ELEMENTS: Readonly<Record<ColumnType, Element>> = {
  string: STRING,
  boolean: { type: 'BOOLEAN' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  json: { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } },
  nothing: { type: 'INT32', logical_type: { type: 'NULL' } },
};

const WRITTEN_AS = { ...ELEMENTS, json: STRING };

function schemaOf(columns: readonly Column[], elements: Readonly<Record<ColumnType, Element>>): SchemaElement[] {
  const leaves = columns.map(
    ({ name, type }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...elements[type] }),
  );
  return [{ name: 'document', num_children: leaves.length }, ...leaves];
}
