import type { Format } from './format.ts';
import { jsonArrayFormat } from './json-array.ts';
import { ndjsonFormat } from './ndjson.ts';

/** What makes one format differ from another of its name. */
export interface FormatOptions {
  /** What the format said that it had decided when files of the job were begun. */
  readonly decided: string | undefined;
}

/** By name, for those that users can ask for. */
export const FORMATS = {
  ndjson: () => ndjsonFormat,
  json: () => jsonArrayFormat,
} satisfies Readonly<Record<string, OpenFormat>>;

type OpenFormat = (options: FormatOptions) => Format;

/** One of `FORMATS`, for files that are new or gone on with. */
export function openFormat(name: keyof typeof FORMATS, options: FormatOptions): Format {
  const open: OpenFormat = FORMATS[name];
  return open(options);
}
