import { avroFormat } from './avro.ts';
import type { Format } from './format.ts';
import { jsonArrayFormat } from './json-array.ts';
import { ndjsonFormat } from './ndjson.ts';
import { parquetFormat } from './parquet.ts';

/** What makes one format differ from another of its name. */
export interface FormatOptions {
  /** What the format said that it had decided when files of the job were begun. */
  readonly decided: string | undefined;
  /** The properties that become columns, for formats that have them; all when nothing is said. */
  readonly columns?: readonly string[] | undefined;
  /** Text of the schema that Avro records are to be of. */
  readonly avroSchema?: string | undefined;
  /** Documents are in envelopes. */
  readonly envelope?: boolean | undefined;
}

/** By name, for those that users can ask for. */
export const FORMATS = {
  ndjson: () => ndjsonFormat,
  json: () => jsonArrayFormat,
  parquet: ({ columns }) => parquetFormat({ columns }),
  avro: ({ avroSchema, envelope }) => avroFormat({ schema: avroSchema, envelope }),
} satisfies Readonly<Record<string, OpenFormat>>;

type OpenFormat = (options: FormatOptions) => Format;

/** One of `FORMATS`, for files that are new or gone on with. */
export function openFormat(name: keyof typeof FORMATS, options: FormatOptions): Format {
  const open: OpenFormat = FORMATS[name];
  return open(options);
}
