import { readFileSync } from 'node:fs';
import { parsePaths } from '../formats/paths.ts';
import { FlowError } from '../support/error.ts';
import { parseSize } from '../support/size.ts';
import { choice, count, duration, parsed, toggle } from './flags.ts';
import { allNeeding, without } from './needs.ts';

const OUT = without('--out PATH', ({ out }) => out !== undefined);

/** The flags that say what files are like, for commands with `--out`. */
export const fileFlags = allNeeding(OUT, {
  format: choice('--format <format>', 'what is in files, where their name does not say', [
    'ndjson',
    'json',
    'csv',
    'parquet',
    'avro',
  ]),
  compress: choice('--compress <how>', 'how files are compressed, where their name does not say', [
    'none',
    'gzip',
    'zstd',
  ]),
  rotateRows: count('--rotate-rows <n>', 'begin another file of a range after so many documents', undefined),
  rotateBytes: parsed('--rotate-bytes <size>', 'begin another file before it is larger, uncompressed', parseSize),
  rotateEvery: duration('--rotate-every <time>', 'begin another file after this time', undefined, { minMs: 1 }),
  columns: parsed(
    '--columns <paths>',
    'the columns of csv (id,customer.name,"a.b") or parquet; else those that the query names, or all',
    parsePaths,
  ),
  jsonColumns: parsed(
    '--json-columns <names>',
    'columns of parquet that are JSON in every file, whatever they hold',
    parsePaths,
  ),
  avroSchema: parsed(
    '--avro-schema <file>',
    'the schema of Avro records; else they hold documents as text',
    readSchema,
  ),
  csvUnsafe: toggle('--csv-unsafe', 'leave text as it is that a spreadsheet would take for a formula'),
});

function readSchema(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new FlowError('usage', `"${file}" cannot be read: ${reason}`, { hint: 'check its name', cause });
  }
}
