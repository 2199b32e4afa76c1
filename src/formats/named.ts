import { avroFormat } from './avro.ts';
import { type CsvOptions, csv } from './csv.ts';
import type { Format } from './format.ts';
import { jsonArrayFormat } from './json-array.ts';
import { ndjsonFormat } from './ndjson.ts';
import { parquetFormat } from './parquet.ts';
import type { Path } from './paths.ts';

/** What makes one format differ from another of its name; `decided` is what it said of a file that is gone on with. */
export interface FormatOptions extends CsvOptions {
  /** Text of the schema that Avro records are to be of. */
  readonly avroSchema?: string | undefined;
  /** Columns of Parquet that are JSON, whatever they hold. */
  readonly jsonColumns?: readonly Path[] | undefined;
  /** Documents are in envelopes. */
  readonly envelope?: boolean | undefined;
}

/** By name, for those that users can ask for. */
export const FORMATS = {
  ndjson: () => ndjsonFormat,
  json: () => jsonArrayFormat,
  csv,
  parquet: ({ columns, jsonColumns }) => parquetFormat({ columns: namesOf(columns), json: namesOf(jsonColumns) }),
  avro: ({ avroSchema, envelope }) => avroFormat({ schema: avroSchema, envelope }),
} satisfies Readonly<Record<string, OpenFormat>>;

type OpenFormat = (options: FormatOptions) => Format;

function namesOf(paths: readonly Path[] | undefined): readonly string[] | undefined {
  return paths?.map(([name = '']) => name);
}

/** One of `FORMATS`, for files that are new or gone on with. */
export function openFormat(name: keyof typeof FORMATS, options: FormatOptions): Format {
  const open: OpenFormat = FORMATS[name];
  return open(options);
}
